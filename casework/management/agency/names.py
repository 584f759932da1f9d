"""Made-up names: of youth, of places, of people outside the agency."""

GIRLS = (
    *("Aaliyah", "Abril", "Aiyana", "Amara", "Anaïs", "Ava", "Beatriz", "Bria", "Camila", "Chloé"),
    *("Dalisay", "Destiny", "Élodie", "Emma", "Esperanza", "Fatima", "Genesis", "Grace", "Hana"),
    *("Imani", "Inés", "Jada", "Jazmín", "Ka'iulani", "Keziah", "Kiara", "Layla", "Leilani"),
    *("Lucía", "Madison", "Mai", "Makayla", "Mei", "Naomi", "Nevaeh", "Nizhoni", "Noor", "Olivia"),
    *("Paisley", "Pa Nhia", "Renée", "Rosa", "Sadie", "Samira", "Savannah", "Shanice", "Sofía"),
    *("Sky", "Tala", "T'Keyah", "Trinity", "Valentina", "Winona", "Ximena", "Zahra", "Zoë"),
)
BOYS = (
    *("Aarón", "Abdi", "Adrián", "Amir", "André", "Anthony", "Beau", "Caleb", "Carlos", "Dante"),
    *("D'Angelo", "Darius", "DeShawn", "Diego", "Elijah", "Emeka", "Ethan", "François", "Gabriel"),
    *("Hakim", "Hunter", "Ibrahim", "Isaiah", "Iván", "Jamal", "Jayden", "Jérôme", "Jesús"),
    *("Jordan", "José", "Kai", "Kekoa", "Khalil", "Landon", "Liam", "Logan", "Luis", "Malik"),
    *("Marcus", "Mateo", "Minh", "Nasir", "Noah", "Óscar", "Pao", "Quan", "Rafael", "Raúl"),
    *("Ronan", "Samir", "Santiago", "Tomás", "Tou", "Trey", "Tyrell", "Wyatt", "Xavier", "Zeke"),
)
FAMILIES = (
    *("Abernathy", "Acevedo", "Adeyemi", "Alvarez", "Ashby", "Avery", "Bautista", "Beaumont"),
    *("Begaye", "Blackwood", "Brightwater", "Caldwell", "Castañeda", "Chavez", "Cho", "Cloud"),
    *("Cordero", "D'Amico", "Delacroix", "Díaz", "Dubois", "Eagleton", "Echeverría", "Fairbanks"),
    *("Farah", "Fontaine", "Freeman", "Galloway", "García", "Gutiérrez", "Haddad", "Hale"),
    *("Hargrove", "Hernández", "Holloway", "Ibarra", "Jackson", "Jean-Baptiste", "Kealoha", "Khan"),
    *("Kingsley", "Lindqvist", "Lor", "Marlowe", "Medrano", "Mendoza", "Moua", "Muñoz"),
    *("Nakamura", "Ngo", "Nguyen", "Núñez", "O'Brien", "Okonkwo", "Oliveira", "O'Malley"),
    *("Ortega", "Osman", "Pacheco", "Pemberton", "Peña", "Petrov", "Prescott", "Quiñones"),
    *("Ramírez", "Redbird", "Rhodes", "Rivers", "St. Clair", "Salazar", "Santos", "Sinclair"),
    *("Soto", "Tate", "Thornton", "Tran", "Underwood", "Valdez", "Vang", "Washington"),
    *("Whitehorse", "Winters", "Xiong", "Yang", "Yellow Robe", "Ybarra", "Young", "Zamora"),
)
NICKNAMES = (
    *("Ace", "Bean", "Bee", "Birdie", "Cricket", "Dee", "Duke", "Jay", "JJ", "Junebug", "Kiki"),
    *("Lala", "Lo", "Lulu", "Mack", "Moe", "Nene", "Nico", "Peanut", "Pip", "Rae", "Red", "Scout"),
    *("Slim", "Sunny", "Tee", "Tiny", "Twin", "Ziggy", "Zuzu"),
)

EYES = ("Brown", "Dark brown", "Hazel", "Green", "Blue", "Gray")
HAIR = (
    *("Black", "Black, braids", "Black, short twists", "Dark brown", "Brown, shoulder length"),
    *("Brown, curly", "Light brown", "Blond", "Red", "Dyed blue", "Black with red ends"),
)
MARKS = (
    *("Small scar over the left eyebrow", "Birthmark on the right forearm", "Pierced left ear"),
    *("Braces", "Wears glasses", "Freckles", "Nose stud", "Tattoo of a swallow on the left wrist"),
    *("Scar on the right knee", "Chipped front tooth", "Wears a hearing aid"),
)
MEDICAL = (
    *("Asthma: carries an inhaler", "Diabetes: needs insulin every day", "Allergic to peanuts"),
    *("Takes medicine for seizures twice a day", "Allergic to penicillin"),
    *("Takes medicine every evening; missing it for days is dangerous", "None known"),
)

# Places that no map knows.
STREETS = (
    *("Gingerbread Lane", "Lantern Court", "Pennywhistle Road", "Buttonwillow Street"),
    *("Thimbleberry Way", "Marzipan Hill", "Teacup Terrace", "Dandelion Drive", "Kettle Corner"),
    *("Featherbed Lane", "Marble Run", "Snowglobe Circle", "Patchwork Place", "Paper Boat Landing"),
)
RELATIVES = ("Grandmother", "Aunt", "Uncle", "Great-aunt", "Older sister", "Cousin")
GROUP_HOMES = ("Cloudberry House", "Moonpenny House", "Lanternfield House", "Sugarmaple House")
RESIDENTIAL = ("Wishing Well Treatment Center", "Rainbarrel Ridge Treatment Center")
SHELTERS = ("Firefly Youth Shelter", "Umbrella Street Youth Shelter")
INDEPENDENT = ("Hopscotch Apartments", "Kite String Apartments")

OFFICERS = (
    *("Sgt. A. Plum", "Ofc. B. Juniper", "Ofc. C. Marigold", "Det. D. Rowan", "Ofc. E. Sorrel"),
    *("Dep. F. Hawthorn", "Ofc. G. Bramble", "Sgt. H. Larkspur"),
)
CONTACTS = (
    *("Intake desk", "Duty worker", "Shift lead", "Ms. Applegarth", "Mr. Fiddlewood"),
    *("Ms. Honeychurch", "Mr. Quillby", "Ms. Tanglewood"),
)
SCREENERS = ("Ms. Thistlewood", "Mr. Pimpernel", "Ms. Featherstone")
METHODS = ("Telephone", "Telephone", "Telephone", "In person", "Online", "Email")

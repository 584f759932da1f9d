"""Made-up names as an agency's rolls have them: a few very common, a long tail, some accents."""

import random
from itertools import accumulate


def listed(words: str) -> list[str]:
    """The words of a text."""
    return words.split()


# The first are the commonest. "Mar" begins many of both kinds: a worst case for a prefix search.
GIVEN = listed("""
    Maria Jordan Marcus Jayden Aaliyah Mary Jose José Mark Destiny Joshua Isaiah Martin Jorge
    Marisol Zoë Jasmine Elijah Noah Ava Mariah Emma Liam Mason Sofía Sophia Camila Ángel Angel
    Diego Mateo Xavier Tyrone Kayla Brianna Autumn Dakota Skyler Jordyn Jorden Malik Amari
    Marquis Marlon Marley Nevaeh Trinity Chloé Chloe Renée Noël Zachary Seán Siobhán Anaïs Björn
    Łukasz Thảo Nguyên Minh Amir Fatima Yusuf Ximena Beatriz Inés Joaquín Raúl Lucía Iván Andrés
    Winona Tala Kai Leilani Keanu Desmond Tamika DeShawn D’Angelo Jo-Ann Mary-Kate Anne-Marie
""")
FAMILY = listed("""
    Smith Johnson Williams Brown Jones Garcia Martinez Martínez Davis Rodriguez Hernández Lopez
    Marshall Jordan Márquez Martin Wilson Anderson Thomas Moore Jackson White Harris Clark Lewis
    Begay Yazzie Tsosie Benally Robinson Walker Young Allen King Wright Scott Torres Nguyễn Nguyen
    Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gómez
    Phillips Evans Turner Díaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy
    O’Brien O’Néil Muñoz Peña Ibáñez Jørgensen Müller Kowalski Łopez Avery Marlowe Marino Marks
""")
NICKNAMES = listed("Jojo Tee Marz Bee Junior Mimi Dre Lulu Ace Kiki Nene Ray Sunny Jay Mar Coco")
STARTS = listed("Al An Bel Bra Cal Cor Da El Fa Gar Hal Is Ja Ka La Le Ma Mi No Or Pa Ra Sa Ta Va")
MIDDLES = listed("bri da den do ga ka la lin ma mo na ne ra ri ro sha si ta ti va vi za")
ENDS = listed("a ah an ell en er ia ick in is o on or ra ton win y")
IN_THE_TAIL = 0.4  # of all names: seldom, each borne by few


class Names:
    """Gives names, the same for the same `chance`."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._given = weights(len(GIVEN))
        self._family = weights(len(FAMILY))

    def given(self) -> str:
        """A given name."""
        return self._one(GIVEN, self._given)

    def family(self) -> str:
        """A family name; for a few youth a double one."""
        one = self._one(FAMILY, self._family)
        return f"{one} {self._one(FAMILY, self._family)}" if self.chance.random() < 0.08 else one

    def nickname(self) -> str:
        """A nickname, for a youth in five; otherwise empty."""
        return self.chance.choice(NICKNAMES) if self.chance.random() < 0.2 else ""

    def _one(self, known: list[str], odds: list[float]) -> str:
        if self.chance.random() < IN_THE_TAIL:
            return "".join(map(self.chance.choice, (STARTS, MIDDLES, MIDDLES, ENDS)))
        return self.chance.choices(known, cum_weights=odds)[0]


def weights(number: int) -> list[float]:
    """Running sums of odds that fall off slowly: the commonest name is borne by 2 youth in 100."""
    return list(accumulate(1 / (rank + 20) for rank in range(number)))

"""Who may see and do what. Every road from an address to a record leads through here."""

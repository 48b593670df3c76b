"""Who may do what: the tokens that open the SFU."""

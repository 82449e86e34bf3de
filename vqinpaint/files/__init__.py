"""How files are read, whoever wrote them: regular, of bounded size, of a known form."""

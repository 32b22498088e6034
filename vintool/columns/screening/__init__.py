"""A manifest over columns: the rules of a row, what earlier rows and the user's lists add, the answer."""

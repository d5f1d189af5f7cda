"""Map files of the user's, read without following them elsewhere; and cells in them."""

"""The works, one a file, as WORK; see `speed.work`. What begins with an underscore is for several of them."""

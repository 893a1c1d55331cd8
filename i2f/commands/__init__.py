"""One module a command: words in, a typed result out."""

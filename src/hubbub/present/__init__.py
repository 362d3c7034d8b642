"""The faces, generated from commands and queries: command line, REST, app."""

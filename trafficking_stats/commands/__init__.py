"""The subcommands of ``trafficking-stats``, one module a kind of work."""

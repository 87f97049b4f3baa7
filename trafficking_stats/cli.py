"""The command ``trafficking-stats``."""

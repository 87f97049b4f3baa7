"""The gap between victims identified and traffickers convicted, and what it depends on."""

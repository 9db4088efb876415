"""A real domain controller (Samba) for the bench and the tests: made once, copied, started, killed."""

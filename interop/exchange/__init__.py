"""How messages travel, decided without network, store or clock: states, repeats, what stands."""

"""Work on hostile files behind walls: spawned processes with limits, spoken to in frames over two pipes.

`frames.py` is what both sides say, `child.py` the side that starts them, `inside.py` the side within,
`places.py` how many there are at once. What is done inside belongs to whoever uses it.
"""

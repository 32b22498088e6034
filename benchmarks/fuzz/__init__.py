"""A standing attack: inputs that a careless or a hostile sender could make, and what must hold of each.

``attacks`` names them. An attack makes one input from a ``random.Random`` and checks what must hold: no controlled car is
cleared, no row is lost, columns equal the scalar path, a refusal is a sentence, outputs are whole, the work is linear.
"""

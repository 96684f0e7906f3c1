"""What a phone needs to answer a check-in without a network, and to hand in the answers afterwards."""

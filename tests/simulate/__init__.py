"""The product's core in a made-up world: one seed decides every letter, every fault and every moment."""

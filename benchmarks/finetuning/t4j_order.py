"""The order in which t4j takes training examples (`FeistelPermutation` and `SplitMix64` of the core), for a peer that is to take the same."""

import torch

BITS = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & BITS
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & BITS
    return z ^ (z >> 31)


class T4jOrder(torch.utils.data.Sampler):
    """The order in which t4j takes the examples of each epoch: a Feistel network with keys from SplitMix64."""

    def __init__(self, size, seed):
        self.size, self.seed, self.epoch = size, seed, 0

    def __len__(self):
        return self.size

    def __iter__(self):
        state = GAMMA
        for part in (self.seed, 1, self.epoch, 0):
            state = mix(((state + GAMMA) & BITS) ^ mix((part + GAMMA) & BITS))
        keys = [mix((state + i * GAMMA) & BITS) for i in range(1, 9)]
        bits = max((self.size - 1).bit_length(), 2)
        right_bits = bits // 2
        for index in range(self.size):
            while True:
                left, right = index >> right_bits, index & ((1 << right_bits) - 1)
                for i in range(0, 8, 2):
                    left ^= mix(right ^ keys[i]) & ((1 << (bits - right_bits)) - 1)
                    right ^= mix(left ^ keys[i + 1]) & ((1 << right_bits) - 1)
                index = left << right_bits | right
                if index < self.size:
                    break
            yield index
        self.epoch += 1

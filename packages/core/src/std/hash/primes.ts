// The constants of SHA-2 are the first bits of roots of the first primes; computing them beats copying two hundred numbers.

function primesUpTo(count: number): readonly bigint[] {
  const primes: bigint[] = []
  for (let candidate = 2n; primes.length < count; candidate++) {
    if (primes.every(prime => candidate % prime !== 0n)) primes.push(candidate)
  }
  return primes
}

let known: readonly bigint[] | undefined

/** The first bits of the fraction of the square or cube root of the prime with that index. */
export function rootFraction(index: number, degree: 2 | 3, bits: number): bigint {
  known ??= primesUpTo(80)
  const prime = known[index] ?? 2n
  const scaled = prime << BigInt(bits * degree)
  let low = 0n
  let high = 1n << BigInt(bits + 16)
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (middle ** BigInt(degree) <= scaled) low = middle
    else high = middle
  }
  return low & ((1n << BigInt(bits)) - 1n)
}

// A column of whole numbers, below 2⁵², in as few bytes as its numbers need. Most columns of a loop's runs are one number, or go up by one.

type Cells = Uint8Array | Uint16Array | Uint32Array | Float64Array

export interface NumberColumn {
  readonly base: number
  readonly step: number
  /** What is to be added to base + step · index. */
  readonly cells: Cells | undefined
}

const BYTE_MAX = 255
const SHORT_MAX = 65_535
const WORD_MAX = 2 ** 32 - 1

export function packColumn(numbers: ArrayLike<number>): NumberColumn {
  const first = numbers[0] ?? 0
  const step = (numbers[1] ?? first) - first
  if (isLine(numbers, first, step)) return { base: first, step, cells: undefined }
  let [low, high] = [first, first]
  for (let index = 1; index < numbers.length; index++) {
    const number = numbers[index] ?? 0
    if (number < low) low = number
    else if (number > high) high = number
  }
  const cells = newCells(numbers.length, high - low)
  for (let index = 0; index < numbers.length; index++) cells[index] = (numbers[index] ?? 0) - low
  return { base: low, step: 0, cells }
}

export function readColumn({ base, step, cells }: NumberColumn, index: number): number {
  return base + step * index + (cells?.[index] ?? 0)
}

export function areEqual(left: ArrayLike<number>, right: ArrayLike<number>): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false
  return true
}

function isLine(numbers: ArrayLike<number>, first: number, step: number): boolean {
  for (let index = 2; index < numbers.length; index++) if (numbers[index] !== first + step * index) return false
  return true
}

function newCells(length: number, range: number): Cells {
  if (range <= BYTE_MAX) return new Uint8Array(length)
  if (range <= SHORT_MAX) return new Uint16Array(length)
  return range <= WORD_MAX ? new Uint32Array(length) : new Float64Array(length)
}

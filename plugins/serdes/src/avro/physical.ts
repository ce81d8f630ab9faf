// What a schema leaves of a value: the numbers, bytes and texts that Avro and Parquet write.

export type Physical =
  null | boolean | number | bigint | string | Uint8Array | readonly Physical[] | ReadonlyMap<string, Physical> | Branch

/** Of a union. Records are lists in the order of their fields. */
export class Branch {
  readonly at: number
  readonly value: Physical
  constructor(at: number, value: Physical) {
    this.at = at
    this.value = value
  }
}

// History that is kept by the day of birth, so that what is old goes by dropping a day instead of deleting its rows. Only PostgreSQL has it.
export interface History {
  /** Makes the places of the days around that moment; those that exist stay. False when others kept it from that: to be tried again. */
  prepareDays(nowMs: number): Promise<boolean>
  /** Drops the oldest day of which all is to go but a little, which is moved aside. */
  dropDay(endedBeforeMs: number): Promise<DroppedDay>
}

export type DroppedDay =
  | { readonly type: 'dropped'; readonly day: string; readonly executions: number; readonly kept: number }
  /** Too much of it is to be kept: its old executions are to be deleted one by one. */
  | { readonly type: 'too-much-alive'; readonly day: string }
  /** Others are reading or writing: to be tried again. */
  | { readonly type: 'busy'; readonly day: string }
  /** No day is old enough. */
  | { readonly type: 'none' }

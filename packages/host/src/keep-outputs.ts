// Puts the outputs of an attempt where the server finds them: in the outcome while they are small, in a file that is on disk before
// the outcome leaves when they are large.
import { encodeValue, fromPlain } from '@batuta/core'
import { keyText, messageOf, storageUri } from '@batuta/plugin-sdk'
import type { HostJob, Outcome } from '@batuta/plugin-sdk'
import type { Ended, HostRoom } from './run-job.ts'

export type Kept = Pick<Outcome, 'state' | 'message' | 'outputs' | 'outputsUri'>

export async function keepOutputs(ended: Ended, job: HostJob, room: HostRoom): Promise<Kept> {
  const { outputs, ...rest } = ended
  if (outputs === undefined) return rest
  try {
    // A null at the top means that the task does not have this output; inside a value it is a value.
    const given = Object.entries(outputs).filter(([, value]) => value !== undefined && value !== null)
    const text = encodeValue(fromPlain(Object.fromEntries(given)))
    if (text.length <= room.init.limits.outputsInlineMaxBytes) return { ...rest, outputs: text }
    const uri = storageUri(job.filesPrefix, `outputs-${keyText(job.key)}.json`)
    await room.store.put(uri, text)
    return { ...rest, outputsUri: uri }
  } catch (error) {
    const message = `the outputs cannot be kept: ${messageOf(error)}`
    return { state: rest.state === 'KILLED' ? 'KILLED' : 'FAILED', message: rest.message ?? message }
  }
}

// batuta audit verify: whether the log of what people did is as it was written, whether a server runs or not.
import { openReadOnly } from './open-read-only.ts'
import { configOf, type DoctorOptions } from './doctor.ts'
import { verifyChain, type Verification } from '../access/audit-trail.ts'
import { realPlatform } from '../platform/platform.ts'
import { accessReads } from '../storage/sql/access.ts'

export async function verifyAuditLog(options: DoctorOptions): Promise<Verification> {
  const platform = realPlatform()
  const config = configOf(options)
  const database = await openReadOnly(config, () => platform.nowMs())
  try {
    const read = accessReads((statement, values) => database.query(statement, ...values), {
      contains: column => `${column} like ?`,
    })
    return await verifyChain(config.tenant, read)
  } finally {
    await database.close()
  }
}

// batuta audit verify: reads the log of what people did from its beginning, and says whether anything was changed or taken out.
import { EXIT, type ExitCode } from '../exit-code.ts'
import { placeOf, type PlaceOptions } from '../place-options.ts'
import { printJson, printLine } from '../print.ts'

export async function auditVerify(options: PlaceOptions & { readonly json?: boolean }): Promise<ExitCode> {
  const place = placeOf(options)
  const { verifyAuditLog } = await import('@batuta/server')
  const found = await verifyAuditLog(place)
  const { count, lastHash, broken } = found
  if (options.json) printJson(found)
  else if (broken) printLine(`✗ row ${broken.seq}: ${broken.reason}; ${count} rows before it are as they were written`)
  else printLine(`✓ ${count} rows are as they were written${count === 0 ? '' : `; the last one is ${lastHash}`}`)
  return broken ? EXIT.failed : EXIT.ok
}

// How rows are brought into the form of a schema: the same for Avro and Parquet.
import { p, TaskError } from '@batuta/plugin-sdk'

const TRUE_VALUES = ['t', 'true', 'enabled', '1', 'on', 'yes']
const FALSE_VALUES = ['f', 'false', 'disabled', '0', 'off', 'no', '']
const NULL_VALUES = [
  '',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '1.#IND',
  '1.#QNAN',
  'NA',
  'n/a',
  'nan',
  'null',
]

export const onBadLines = p
  .enum('ERROR', 'WARN', 'SKIP')
  .dynamic()
  .default('ERROR')
  .group('advanced')
  .title('What happens to rows that cannot be converted.')

export const conformProperties = {
  schema: p
    .string()
    .dynamic()
    .group('advanced')
    .language('json')
    .title('The Avro schema of the rows, as JSON; without one it is inferred from the first rows.'),
  numberOfRowsToScan: p
    .integer()
    .dynamic()
    .default(100)
    .group('advanced')
    .title('How many rows the schema is inferred from.'),
  trueValues: p.list(p.string()).dynamic().default(TRUE_VALUES).group('advanced').title('Texts that mean true.'),
  falseValues: p.list(p.string()).dynamic().default(FALSE_VALUES).group('advanced').title('Texts that mean false.'),
  nullValues: p
    .list(p.string())
    .dynamic()
    .default(NULL_VALUES)
    .group('advanced')
    .title('Texts that mean null, where the schema allows null.'),
  dateFormat: p.string().dynamic().default('yyyy-MM-dd[XXX]').group('processing').title('Format of dates in texts.'),
  timeFormat: p
    .string()
    .dynamic()
    .default('HH:mm[:ss][.SSSSSS][XXX]')
    .group('processing')
    .title('Format of times of day in texts.'),
  datetimeFormat: p
    .string()
    .dynamic()
    .default("yyyy-MM-dd'T'HH:mm[:ss][.SSSSSS][XXX]")
    .group('processing')
    .title('Format of dates with a time in texts.'),
  decimalSeparator: p
    .string()
    .dynamic()
    .default('.')
    .group('processing')
    .title('The character before the decimals of numbers in texts.'),
  strictSchema: p
    .boolean()
    .dynamic()
    .default(false)
    .group('connection')
    .title('Whether a field that the schema lacks makes a row a bad one; otherwise it is left out.'),
  inferAllFields: p
    .boolean()
    .dynamic()
    .default(false)
    .group('advanced')
    .title(
      'Whether texts that mean true, false or null are taken so in every field, and not only where the schema says boolean or null.',
    ),
  timeZoneId: p
    .string()
    .dynamic()
    .group('advanced')
    .title('Time zone of moments that say none, e.g. `Europe/Paris`; by default that of the machine.'),
  onBadLines,
}

const WARNINGS_MAX = 20

export interface BadLines {
  refuse(row: number, error: unknown): void
  end(): void
}

/** Rows that cannot be converted: the first ends the task, or all of them are left out. */
export function badLines(mode: 'ERROR' | 'WARN' | 'SKIP', logger: { warn(message: string): void }): BadLines {
  let left = 0
  return {
    refuse: (row, error) => {
      if (!(error instanceof TaskError)) throw error
      if (mode === 'ERROR')
        throw new TaskError(`row ${row}: ${error.message}; set \`onBadLines\` to WARN or SKIP to go on without it`)
      left++
      if (mode === 'WARN' && left <= WARNINGS_MAX) logger.warn(`row ${row} is left out: ${error.message}`)
    },
    end: () => {
      if (mode === 'WARN' && left > WARNINGS_MAX) logger.warn(`${left} rows were left out in all`)
    },
  }
}

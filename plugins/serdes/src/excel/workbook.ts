// What an Excel file says of itself: which sheets it has and where, its shared texts, and which of its formats are dates.
import type { Readable } from 'node:stream'
import { TaskError } from '@batuta/plugin-sdk'
import type { Entry, ZipFile } from 'yauzl'
import { scanXml } from './scan-xml.ts'

const ENTRIES_MAX = 10_000
/** Texts that sheets share are in memory while they are read. */
const SHARED_CHARS_MAX = 512 * 1024 * 1024
/** What one part of the file may grow to. */
const PART_BYTES_MAX = 4 * 1024 * 1024 * 1024
/** Rows that are all alike shrink to a fiftieth. */
const PART_RATIO_MAX = 200
const RATIO_FREE_BYTES = 64 * 1024 * 1024

export interface Sheet {
  readonly name: string
  open(): Promise<Readable>
}

export interface Workbook {
  readonly sheets: readonly Sheet[]
  readonly texts: readonly string[]
  /** Format of each style of cells. */
  readonly formats: readonly string[]
  readonly startsIn1904: boolean
  close(): void
}

export async function openWorkbook(path: string): Promise<Workbook> {
  const { openPromise } = await import('yauzl')
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false }).catch((cause: unknown) => {
    throw new TaskError('the file is no Excel file of today (.xlsx); older ones (.xls) must be saved anew', { cause })
  })
  try {
    const parts = await entriesOf(zip)
    const open = async (name: string): Promise<Readable | undefined> => {
      const entry = parts.get(name.replace(/^\//, ''))
      return entry === undefined ? undefined : await openPart(zip, entry)
    }
    const book = await readBook(await open('xl/workbook.xml'))
    const targets = await readTargets(await open('xl/_rels/workbook.xml.rels'))
    const sheets = book.sheets.map(({ name, id }): Sheet => {
      const target = targets.get(id) ?? ''
      const part = target.startsWith('/') ? target : `xl/${target}`
      return {
        name,
        open: async () => {
          const stream = await open(part)
          if (stream === undefined) throw new TaskError(`the sheet "${name}" is not in the Excel file`)
          return stream
        },
      }
    })
    return {
      sheets,
      texts: await readTexts(await open('xl/sharedStrings.xml')),
      formats: await readFormats(await open('xl/styles.xml')),
      startsIn1904: book.startsIn1904,
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function entriesOf(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > ENTRIES_MAX) throw new TaskError(`the Excel file has more than ${ENTRIES_MAX} parts`)
  const entries = new Map<string, Entry>()
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
  return entries
}

async function openPart(zip: ZipFile, entry: Entry): Promise<Readable> {
  if (entry.isEncrypted()) throw new TaskError('the Excel file is protected by a password')
  if (entry.uncompressedSize > PART_BYTES_MAX)
    throw new TaskError(`the part "${entry.fileName}" of the Excel file would be ${entry.uncompressedSize} bytes large`)
  if (entry.uncompressedSize > Math.max(RATIO_FREE_BYTES, entry.compressedSize * PART_RATIO_MAX))
    throw new TaskError(
      `the part "${entry.fileName}" of the Excel file grows to more than ${PART_RATIO_MAX} times its size: that is no ordinary file`,
    )
  return await zip.openReadStreamPromise(entry)
}

async function readBook(stream: Readable | undefined): Promise<{
  readonly sheets: readonly { readonly name: string; readonly id: string }[]
  readonly startsIn1904: boolean
}> {
  if (stream === undefined) throw new TaskError('the file is no Excel file: it has no workbook')
  const sheets: { readonly name: string; readonly id: string }[] = []
  let startsIn1904 = false
  await scanXml(stream, {
    open: (name, attributes) => {
      if (name === 'sheet')
        sheets.push({ name: attributes['name'] ?? '', id: attributes['r:id'] ?? attributes['id'] ?? '' })
      if (name === 'workbookPr') startsIn1904 = ['1', 'true'].includes(attributes['date1904'] ?? '')
    },
  })
  return { sheets, startsIn1904 }
}

async function readTargets(stream: Readable | undefined): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>()
  if (stream === undefined) return targets
  await scanXml(stream, {
    open: (name, { Id = '', Target = '' }) => {
      if (name === 'Relationship') targets.set(Id, Target)
    },
  })
  return targets
}

async function readTexts(stream: Readable | undefined): Promise<readonly string[]> {
  const texts: string[] = []
  if (stream === undefined) return texts
  let held = ''
  let chars = 0
  let isPhonetic = false
  await scanXml(stream, {
    open: name => {
      if (name === 'si') held = ''
      if (name === 'rPh') isPhonetic = true
    },
    text: (text, name) => {
      if (name !== 't' || isPhonetic) return
      held += text
      chars += text.length
      if (chars > SHARED_CHARS_MAX) throw new TaskError('the Excel file has more text than can be held')
    },
    close: name => {
      if (name === 'rPh') isPhonetic = false
      if (name === 'si') texts.push(held)
    },
  })
  return texts
}

async function readFormats(stream: Readable | undefined): Promise<readonly string[]> {
  const formats: string[] = []
  if (stream === undefined) return formats
  const own = new Map<string, string>()
  let isInCells = false
  await scanXml(stream, {
    open: (name, attributes) => {
      if (name === 'numFmt') own.set(attributes['numFmtId'] ?? '', attributes['formatCode'] ?? '')
      if (name === 'cellXfs') isInCells = true
      if (name === 'xf' && isInCells) formats.push(attributes['numFmtId'] ?? '0')
    },
    close: name => {
      if (name === 'cellXfs') isInCells = false
    },
  })
  return formats.map(id => own.get(id) ?? BUILT_IN[id] ?? 'General')
}

const BUILT_IN: Readonly<Record<string, string>> = {
  '1': '0',
  '2': '0.00',
  '3': '#,##0',
  '4': '#,##0.00',
  '9': '0%',
  '10': '0.00%',
  '11': '0.00E+00',
  '14': 'yyyy-mm-dd',
  '15': 'd-mmm-yy',
  '16': 'd-mmm',
  '17': 'mmm-yy',
  '18': 'h:mm AM/PM',
  '19': 'h:mm:ss AM/PM',
  '20': 'h:mm',
  '21': 'h:mm:ss',
  '22': 'yyyy-mm-dd h:mm',
  '37': '#,##0',
  '38': '#,##0',
  '39': '#,##0.00',
  '40': '#,##0.00',
  '45': 'mm:ss',
  '46': '[h]:mm:ss',
  '47': 'mm:ss.0',
  '48': '##0.0E+0',
}

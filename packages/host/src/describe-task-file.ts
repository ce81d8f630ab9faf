// node describe-task-file.ts FOLDER PATH: prints as JSON what the task in a file of a namespace takes and gives, or what is wrong with it. It runs
// without environment and with leave to read no more than the file and the program: the code of whoever may write files of the namespace is read here.
import { manifestTypeOf, messageOf } from '@batuta/plugin-sdk'
import { importTaskFile } from './task-files/import-task-file.ts'

const [folder = '', path = ''] = process.argv.slice(2)
process.stdout.write(`${JSON.stringify(await describe())}\n`, () => process.exit(0))

async function describe(): Promise<unknown> {
  try {
    return { type: manifestTypeOf(await importTaskFile({ folder, path })) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

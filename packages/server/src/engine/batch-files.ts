// The files of a ForEachItem that the engine needs: the list that the split wrote, and what the children gave, a file each.
// JSON is Ion, too.
import { jsonText, type BatchQuestion, type Value } from '@batuta/core'
import { linesOf, type FileStore } from '@batuta/plugin-sdk'

const BATCHES_MAX = 10_000

export async function answerBatchQuestion(question: BatchQuestion, files: FileStore): Promise<Value> {
  if (question.type === 'list') return await readList(question.uri, files)
  for (const [lane, outputs] of question.outputs) {
    await files.put(`${question.folder}/${lane}/outputs.ion`, `${jsonText(outputs)}\n`)
  }
  return question.folder
}

async function readList(uri: string, files: FileStore): Promise<readonly string[]> {
  const list: string[] = []
  for await (const line of linesOf(await files.open(uri))) {
    if (line !== '') list.push(line)
    if (list.length > BATCHES_MAX)
      throw new Error(`The file falls into more than ${BATCHES_MAX} batches: take larger ones.`)
  }
  return list
}

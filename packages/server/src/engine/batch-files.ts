// The files that loops need: the list that a split wrote or that a Loop goes over, and what the children of a ForEachItem gave, a file each.
// JSON is Ion, too.
import { encodeValue, jsonText, keptAt, type BatchQuestion, type Value } from '@batuta/core'
import { linesOf, type FileStore } from '@batuta/plugin-sdk'

const LINES_MAX = 100_000

export async function answerBatchQuestion(question: BatchQuestion, files: FileStore): Promise<Value> {
  if (question.type === 'list') return await readList(question.uri, files)
  if (question.type === 'keep-list') {
    const { uri, isLines, list } = question
    const text = isLines ? list.map(item => `${jsonText(item)}\n`).join('') : encodeValue(list)
    return keptAt(question, (await files.put(uri, text)).sizeBytes)
  }
  for (const [lane, outputs] of question.outputs) {
    await files.put(`${question.folder}/${lane}/outputs.ion`, `${jsonText(outputs)}\n`)
  }
  return question.folder
}

async function readList(uri: string, files: FileStore): Promise<readonly string[]> {
  const list: string[] = []
  for await (const line of linesOf(await files.open(uri))) {
    if (line !== '') list.push(line)
    if (list.length > LINES_MAX)
      throw new Error(`The file "${uri}" has more than ${LINES_MAX} lines to go over: split it first.`)
  }
  return list
}

import { TaskError, defineTask, p } from '@batuta/plugin-sdk'
import { textAt } from '../json.ts'
import { callOpenai, openaiProperties } from './openai-call.ts'

const FILE_BYTES_MAX = 256 * 2 ** 20

export const uploadFile = defineTask({
  type: 'io.kestra.plugin.openai.UploadFile',
  title: 'Give a file to OpenAI, for later calls.',
  description: 'The file leaves as it is: take personal data out of it before, with io.batuta.plugin.core.pii.Mask.',
  properties: {
    ...openaiProperties,
    from: p.string().dynamic().required().storageUri().group('main').title('The file.'),
    purpose: p.string().dynamic().required().group('main').title('What for: assistants, batch, fine-tune, user_data …'),
  },
  outputs: [{ name: 'fileId', type: 'string' }],
  examples: [
    {
      title: 'Give a list of questions, to be answered in a batch.',
      full: true,
      code: `id: upload
namespace: company.team
inputs:
  - { id: questions, type: FILE }
tasks:
  - id: upload
    type: io.kestra.plugin.openai.UploadFile
    apiKey: "{{ secret('OPENAI_API_KEY') }}"
    from: "{{ inputs.questions }}"
    purpose: batch
`,
    },
  ],
  async run(ctx, props) {
    const from = await props.from.render()
    const size = await ctx.files.size(from)
    if (size > FILE_BYTES_MAX)
      throw new TaskError(`"${from}" has ${size} bytes, at most ${FILE_BYTES_MAX} can be given`)
    const chunks: Uint8Array[] = []
    for await (const chunk of await ctx.files.open(from)) chunks.push(chunk)
    const form = new FormData()
    form.append('purpose', await props.purpose.render())
    form.append('file', new Blob([Buffer.concat(chunks)]), from.slice(from.lastIndexOf('/') + 1))
    const fileId = textAt(await callOpenai(ctx, props, { path: '/files', body: form }), 'id')
    if (fileId === undefined) throw new TaskError('OpenAI took the file and gave no id')
    return { fileId }
  },
})

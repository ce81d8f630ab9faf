import { ByteStream, defineTask, p } from '@batuta/plugin-sdk'
import { fromFile } from './compression-property.ts'
import { unseal } from './sealed-file.ts'

export const fileDecrypt = defineTask({
  type: 'io.kestra.plugin.compress.FileDecrypt',
  title: 'Decrypt a file that FileEncrypt made.',
  properties: {
    from: fromFile,
    password: p.string().dynamic().required().secret().group('connection').title('The password.'),
    iterations: p
      .integer()
      .dynamic()
      .default(600000)
      .group('advanced')
      .title('Has no effect: the file says itself how its key was made.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The file.' }],
  examples: [
    {
      title: 'Decrypt a file.',
      full: true,
      code: `id: decrypt_file
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: decrypt
    type: io.kestra.plugin.compress.FileDecrypt
    from: "{{ inputs.file }}"
    password: "{{ secret('FILE_PASSWORD') }}"
`,
    },
  ],
  async run(ctx, props) {
    const password = await props.password.render()
    ctx.mask(password)
    const stream = new ByteStream(await ctx.files.open(await props.from.render()), 'the file')
    // Storage keeps a file when it is whole: what does not pass the last check is never there.
    return { uri: await ctx.files.put(unseal(stream, password), { extension: '.tmp' }) }
  },
})

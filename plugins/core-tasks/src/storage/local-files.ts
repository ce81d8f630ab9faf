import { defineTask, p, storeOutputFiles, writeInputFiles } from '@batuta/plugin-sdk'

export const localFiles = defineTask({
  type: 'io.kestra.plugin.core.storage.LocalFiles',
  aliases: ['io.kestra.core.tasks.storages.LocalFiles'],
  title: 'Write files into the working directory, or store files of it.',
  deprecated: 'Use `inputFiles` and `outputFiles` of WorkingDirectory or of the script instead.',
  properties: {
    inputs: p.any().dynamic().title('A map from file name to content or URI.'),
    outputs: p.list(p.string()).dynamic().title('Globs of files to store.'),
  },
  outputs: [{ name: 'uris', type: 'map<uri>', description: 'The stored files by name.' }],
  examples: [{ title: 'Write a file.', code: 'inputs:\n  hello.txt: "Hello"' }],
  async run(ctx, props) {
    const inputs = await props.inputs.render()
    if (inputs !== undefined) await writeInputFiles(ctx, inputs)
    const outputs = (await props.outputs.render()) ?? []
    return { uris: await storeOutputFiles(ctx, outputs) }
  },
})

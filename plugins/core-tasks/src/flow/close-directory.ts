import { defineTask, messageOf, p, storeOutputFiles } from '@batuta/plugin-sdk'
import { CACHE, keepCache } from './directory-cache.ts'

export const closeDirectory = defineTask({
  type: 'io.kestra.plugin.core.flow.WorkingDirectory$Close',
  title: 'The job that keeps what is to be kept of the folder of a WorkingDirectory, and takes it away.',
  properties: {
    outputFiles: p.list(p.string()).dynamic().title('Globs of files to store.'),
    cache: CACHE,
  },
  outputs: [{ name: 'outputFiles', type: 'map<uri>', description: 'URIs by path.' }],
  examples: [{ title: 'All texts.', code: 'outputFiles:\n  - "*.txt"' }],
  async run(ctx, props) {
    const patterns = await props.outputFiles.render()
    const kept = patterns === undefined ? {} : { outputFiles: await storeOutputFiles(ctx, patterns) }
    const cache = await props.cache.render()
    if (cache !== undefined) {
      await keepCache(ctx, cache.patterns).catch((error: unknown) =>
        ctx.logger.warn(`the cache could not be kept: ${messageOf(error)}`),
      )
    }
    return kept
  },
})

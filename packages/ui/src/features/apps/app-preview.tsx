// The page that the text makes, drawn by the server as visitors get it. It is sent into a frame, so that the page and the shell cannot mix.
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { cx } from '../../widgets/class-names.ts'
import { useSettled } from '../editor/use-checks.ts'
import { Choices } from '../../widgets/choices.tsx'
import { Select } from '../../widgets/select.tsx'
import { STAGES, type Stage } from './app-blocks.ts'
import classes from './apps.module.css'
import { t } from './messages.ts'

const REST_MS = 400
const FRAME = 'app-preview'

export interface AppPreviewProps {
  readonly source: string
  readonly stage: Stage
  readonly onStage: (stage: Stage) => void
}

export function AppPreview({ source, stage, onStage }: AppPreviewProps): ReactNode {
  const [isNarrow, setNarrow] = useState(false)
  const settled = useSettled(source, REST_MS)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.submit(), [settled, stage])
  return (
    <section aria-label={t('preview')} className={classes['preview']}>
      <div className={classes['previewTools']}>
        <label>
          <span className="visually-hidden">{t('stage')}</span>
          <Select
            isCompact
            value={stage}
            onChange={event => onStage(STAGES.find(each => each === event.currentTarget.value) ?? 'OPEN')}
          >
            {STAGES.map(each => (
              <option key={each} value={each}>
                {t(each)}
              </option>
            ))}
          </Select>
        </label>
        <Choices
          label={t('width')}
          choices={[false, true].map(each => ({ value: each, title: t(each ? 'narrow' : 'wide') }))}
          active={isNarrow}
          onChoose={setNarrow}
        />
      </div>
      <form ref={form} method="post" action="/ui/a/preview" target={FRAME} hidden>
        <input type="hidden" name="source" value={settled} readOnly />
        <input type="hidden" name="on" value={stage} readOnly />
      </form>
      <div className={classes['stage']}>
        <iframe
          name={FRAME}
          title={t('previewTitle')}
          className={cx(classes['frame'], isNarrow && classes['narrow'])}
        />
      </div>
    </section>
  )
}

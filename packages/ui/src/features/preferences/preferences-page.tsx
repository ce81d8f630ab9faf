import { Button } from '@mantine/core'
import { useId, useRef, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { useMe } from '../../lib/access/use-me.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { setPreferences, usePreferences } from '../../lib/preferences.ts'
import { CHOICES, readPreferences, type Preferences } from '../../lib/preferences-shape.ts'
import { setTheme, useTheme } from '../../lib/theme.ts'
import { writeLocal } from '../../platform/local-store.ts'
import { saveFile } from '../../platform/save-file.ts'
import { showToast } from '../../widgets/toast.tsx'
import { Bookmarks, Rail } from './arrange-rail.tsx'
import { Group } from './group.tsx'
import { SKIPPED } from '../welcome/first-run.ts'
import { t } from './messages.ts'
import layout from '../../widgets/layout.module.css'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import classes from './preferences-page.module.css'

/** Not before somebody is signed in. */
const Account = lazyPart(async () => (await import('./account.tsx')).Account, undefined)

export function PreferencesPage(): ReactNode {
  const preferences = usePreferences()
  const me = useMe().data
  return (
    <Page title={t('title')}>
      <div className={classes['groups']}>
        <Look density={preferences.density} />
        <Times zone={preferences.zone} logLevel={preferences.logLevel} />
        <Work {...preferences} />
        <Rail />
        <Bookmarks />
        <Group title={t('file')}>
          <p className={layout['hint']}>{t('kept')}</p>
          <TakeAlong preferences={preferences} />
        </Group>
      </div>
      {me?.isOpen === false && <Account me={me} />}
    </Page>
  )
}

function Look({ density }: Pick<Preferences, 'density'>): ReactNode {
  const theme = useTheme()
  return (
    <Group title={t('look')}>
      <Choice
        label={t('theme')}
        hint={t('themeHint')}
        value={theme}
        words={['light', 'dark', 'system']}
        nameOf={t}
        onChoose={setTheme}
      />
      <Choice label={t('density')} value={density} words={CHOICES.density} nameOf={t} onChoose={choose('density')} />
    </Group>
  )
}

function Times({ zone, logLevel }: Pick<Preferences, 'zone' | 'logLevel'>): ReactNode {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <Group title={t('times')}>
      <Choice
        label={t('zone')}
        hint={t('zoneHint')}
        value={zone}
        words={CHOICES.zone}
        nameOf={word => t(word, { zone: here })}
        onChoose={choose('zone')}
      />
      <Choice
        label={t('logLevel')}
        value={logLevel}
        words={CHOICES.logLevel}
        nameOf={word => word}
        onChoose={choose('logLevel')}
      />
    </Group>
  )
}

function Work({ landing, runIn, letterKeys }: Pick<Preferences, 'landing' | 'runIn' | 'letterKeys'>): ReactNode {
  const go = useGo()
  const welcome = (): void => {
    writeLocal(SKIPPED, undefined)
    go(paths.welcome())
  }
  return (
    <Group title={t('work')}>
      <Choice label={t('landing')} value={landing} words={CHOICES.landing} nameOf={t} onChoose={choose('landing')} />
      <Choice label={t('runIn')} value={runIn} words={CHOICES.runIn} nameOf={t} onChoose={choose('runIn')} />
      <Choice
        label={t('letterKeys')}
        hint={t('letterKeysHint')}
        value={letterKeys}
        words={CHOICES.letterKeys}
        nameOf={t}
        onChoose={choose('letterKeys')}
      />
      <Button className={classes['single']} onClick={welcome}>
        {t('welcome')}
      </Button>
    </Group>
  )
}

function choose<Name extends keyof Preferences>(name: Name): (value: Preferences[Name]) => void {
  return value => setPreferences({ [name]: value })
}

interface ChoiceProps<Word extends string> {
  readonly label: string
  readonly hint?: string
  readonly value: Word
  readonly words: readonly Word[]
  nameOf(word: Word): string
  readonly onChoose: (word: Word) => void
}

function Choice<Word extends string>({ label, hint, value, words, nameOf, onChoose }: ChoiceProps<Word>): ReactNode {
  const name = useId()
  return (
    <fieldset className={classes['choice']} aria-describedby={hint === undefined ? undefined : `${name}-hint`}>
      <legend>{label}</legend>
      <div className={classes['words']}>
        {words.map(word => (
          <label key={word} className={classes['word']}>
            <input type="radio" name={name} checked={word === value} onChange={() => onChoose(word)} />
            <span>{nameOf(word)}</span>
          </label>
        ))}
      </div>
      {hint !== undefined && (
        <p id={`${name}-hint`} className={layout['hint']}>
          {hint}
        </p>
      )}
    </fieldset>
  )
}

function TakeAlong({ preferences }: { readonly preferences: Preferences }): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  const save = (): void => saveFile('batuta-preferences.json', JSON.stringify(preferences, null, 2), 'application/json')
  const load = async (file: File | undefined): Promise<void> => {
    if (!file) return
    setPreferences(readPreferences(await file.text()))
    showToast({ kind: 'success', text: t('imported') })
  }
  return (
    <div className={classes['words']}>
      <Button onClick={save}>{t('export')}</Button>
      <Button onClick={() => input.current?.click()}>{t('import')}</Button>
      <input
        ref={input}
        type="file"
        accept="application/json"
        hidden
        aria-label={t('importLabel')}
        onChange={event => void load(event.currentTarget.files?.[0])}
      />
    </div>
  )
}

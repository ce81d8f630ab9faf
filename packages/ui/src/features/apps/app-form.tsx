// The form of an app: what it is called, who may see it, its colours, and the blocks of the stage that the preview shows.
import { ActionIcon, NativeSelect, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useMemo, type ReactNode } from 'react'
import { Choices } from '../../widgets/choices.tsx'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { tip } from '../../widgets/tooltip.ts'
import type { TextEdit } from '../editor/yaml/edit-yaml.ts'
import { setAt } from '../editor/yaml/set-at.ts'
import {
  BLOCK_KINDS,
  BLOCKS,
  LEVELS,
  SIZES,
  STYLES,
  addBlock,
  moveBlock,
  readApp,
  removeBlock,
  setBlock,
  type AppForm as App,
  type Block,
  type BlockField,
  type Stage,
} from './app-blocks.ts'
import layout from '../../widgets/layout.module.css'
import classes from './app-form.module.css'
import { t } from './messages.ts'

export interface AppFormProps {
  readonly text: string
  readonly stage: Stage
  readonly onEdit: (edits: readonly TextEdit[]) => void
}

export function AppForm({ text, stage, onEdit }: AppFormProps): ReactNode {
  const app = useMemo(() => readApp(text), [text])
  return (
    <div className={classes['form']}>
      <Head {...{ app, text, onEdit }} />
      <Theme {...{ app, text, onEdit }} />
      <Blocks blocks={app.blocksOf(stage)} {...{ text, stage, onEdit }} />
    </div>
  )
}

interface PartProps extends Omit<AppFormProps, 'stage'> {
  readonly app: App
}

function Head({ app, text, onEdit }: PartProps): ReactNode {
  const set = (key: string, value: unknown): void => onEdit(setAt(text, key, value === '' ? undefined : value))
  return (
    <fieldset>
      <legend>{t('about')}</legend>
      <TextInput
        label={t('displayName')}
        value={app.displayName}
        onChange={event => set('displayName', event.currentTarget.value)}
      />
      <TextInput
        label={t('description')}
        value={app.description}
        onChange={event => set('description', event.currentTarget.value)}
      />
      <TextInput
        label={t('tags')}
        description={t('tagsHint')}
        defaultValue={app.tags.join(', ')}
        onBlur={event => {
          const tags = event.currentTarget.value.split(',').map(tag => tag.trim())
          const kept = tags.filter(tag => tag !== '')
          if (kept.join() !== app.tags.join()) onEdit(setAt(text, 'tags', kept))
        }}
      />
      <div>
        <p className={classes['label']}>{t('access')}</p>
        <Choices
          label={t('access')}
          choices={['PUBLIC', 'PRIVATE'].map(value => ({
            value,
            title: t(value === 'PUBLIC' ? 'isPublic' : 'isPrivate'),
          }))}
          active={app.access}
          onChoose={access => set('access', access)}
        />
        <p className={layout['hint']}>{t(app.access === 'PUBLIC' ? 'publicHint' : 'privateHint')}</p>
      </div>
    </fieldset>
  )
}

const COLOURS = { page: 'colourPage', text: 'colourText', accent: 'colourAccent' } as const
const NAMES = ['page', 'text', 'accent'] as const
const USUAL = { page: '#f7f8fa', text: '#14181f', accent: '#4338ca' } as const

function Theme({ app, text, onEdit }: PartProps): ReactNode {
  return (
    <fieldset>
      <legend>{t('colours')}</legend>
      <div className={classes['colours']}>
        {NAMES.map(name => (
          <label key={name} className={classes['colour']}>
            <input
              type="color"
              value={/^#[0-9a-f]{6}$/i.test(app.theme[name]) ? app.theme[name] : USUAL[name]}
              onChange={event => onEdit(setAt(text, `theme.${name}`, event.currentTarget.value))}
            />
            {t(COLOURS[name])}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

interface BlocksProps extends AppFormProps {
  readonly blocks: readonly Block[] | undefined
}

function Blocks({ blocks, text, stage, onEdit }: BlocksProps): ReactNode {
  return (
    <fieldset>
      <legend>{t('blocksOf', { stage: t(stage) })}</legend>
      {blocks === undefined && <p className={layout['hint']}>{t('asUsual')}</p>}
      <ol className={classes['blocks']}>
        {blocks?.map((block, at) => (
          <li key={block.path} className={classes['block']}>
            <BlockHead {...{ block, text, onEdit }} isFirst={at === 0} isLast={at === blocks.length - 1} />
            {block.kind === undefined && <p className={layout['hint']}>{t('unknownBlock')}</p>}
            {block.kind !== undefined &&
              BLOCKS[block.kind].map(field => (
                <Field
                  key={field}
                  field={field}
                  value={block.values[field] ?? ''}
                  onChange={value => onEdit(setBlock(text, block, field, value))}
                />
              ))}
          </li>
        ))}
      </ol>
      <div>
        <Menu
          label={t('addBlock')}
          className={classes['add']}
          button={
            <>
              <Icon name="plus" size={14} /> {t('addBlock')}
            </>
          }
          groups={[
            {
              items: BLOCK_KINDS.map(kind => ({
                id: kind,
                title: t(kind),
                run: () => onEdit(addBlock(text, stage, kind)),
              })),
            },
          ]}
        />
      </div>
    </fieldset>
  )
}

interface BlockHeadProps extends Omit<AppFormProps, 'stage'> {
  readonly block: Block
  readonly isFirst: boolean
  readonly isLast: boolean
}

function BlockHead({ block, text, isFirst, isLast, onEdit }: BlockHeadProps): ReactNode {
  const name = block.kind === undefined ? block.type : t(block.kind)
  return (
    <div className={classes['head']}>
      <strong>{name}</strong>
      <Tool
        icon="up"
        label={t('up', { block: name })}
        why={isFirst ? t('isFirst') : undefined}
        run={() => onEdit(moveBlock(text, block, -1))}
      />
      <Tool
        icon="down"
        label={t('down', { block: name })}
        why={isLast ? t('isLast') : undefined}
        run={() => onEdit(moveBlock(text, block, 1))}
      />
      <Tool icon="trash" label={t('removeBlock', { block: name })} run={() => onEdit(removeBlock(text, block))} />
    </div>
  )
}

interface ToolProps {
  readonly icon: IconName
  readonly label: string
  readonly why?: string | undefined
  readonly run: () => void
}

function Tool({ icon, label, why, run }: ToolProps): ReactNode {
  return (
    <ActionIcon
      size={28}
      aria-label={label}
      {...tip(why ?? label)}
      {...(why === undefined ? {} : { 'aria-disabled': true, 'data-disabled': true })}
      onClick={() => {
        if (why === undefined) run()
      }}
    >
      <Icon name={icon} size={14} />
    </ActionIcon>
  )
}

interface FieldProps {
  readonly field: BlockField
  readonly value: string
  readonly onChange: (value: string) => void
}

const CHOICES: Readonly<Partial<Record<BlockField, readonly string[]>>> = { style: STYLES, size: SIZES, level: LEVELS }

function Field({ field, value, onChange }: FieldProps): ReactNode {
  const choices = CHOICES[field]
  if (choices)
    return (
      <NativeSelect
        label={t(field)}
        value={value}
        data={[{ value: '', label: t('usual') }, ...new Set([...choices, ...(value === '' ? [] : [value])])]}
        onChange={event => onChange(event.currentTarget.value)}
      />
    )
  if (field === 'content')
    return (
      <Textarea
        label={t(field)}
        description={t('contentHint')}
        rows={Math.min(10, Math.max(2, value.split('\n').length))}
        value={value}
        onChange={event => onChange(event.currentTarget.value)}
      />
    )
  return <TextInput label={t(field)} value={value} onChange={event => onChange(event.currentTarget.value)} />
}

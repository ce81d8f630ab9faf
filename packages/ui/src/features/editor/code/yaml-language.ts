// YAML as the editor knows it, read by the parser that reads again only what has changed.
import { yamlLanguage } from '@codemirror/lang-yaml'
import { Language, LanguageSupport } from '@codemirror/language'
import { YamlParser } from '../yaml/yaml-parser.ts'

export const yaml = new LanguageSupport(
  new Language(yamlLanguage.data, new YamlParser(yamlLanguage.parser, { isInParts: true }), [], yamlLanguage.name),
)

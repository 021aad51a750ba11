import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../../package.json';
import { COMMAND_NAMES, CONTEXT_KEYS } from '../../../src/views/commandNames';
import { readSettings, SETTING_NAMES } from '../../../src/views/settings';

const { contributes } = manifest;
const root = join(__dirname, '../../..');
/** Keys of VS Code itself that our clauses may use. */
const THEIRS = ['view', 'viewItem', 'resourceScheme', 'resourceExtname', 'isWorkspaceTrusted'];

interface Placed {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}
const menus = Object.entries<readonly Placed[]>(contributes.menus);
const placed: readonly Placed[] = [...contributes.keybindings, ...menus.flatMap(([, entries]) => entries)];
const clauses = [...placed, ...contributes.viewsWelcome].flatMap(({ when }) => when ?? []);
/** Everything that may run from a link: welcome views and walkthroughs. */
const links = [...JSON.stringify(contributes).matchAll(/\(command:([\w.]+)(?:\?([^)]*))?\)/g)];
const linked = links.map((match) => match[1]!);

/** The keys that a clause asks for: what stands left of an operator, or alone. */
function keysOf(clause: string): string[] {
  return clause.split(/&&|\|\|/).map((part) =>
    part
      .trim()
      .replace(/^[(!]+/, '')
      .split(/\s+(?:==|!=|=~)\s+/)[0]!
      .replace(/\)+$/, '')
      .trim(),
  );
}

describe('package.json', () => {
  it('contributes exactly the commands of the table, under one name', () => {
    const names = contributes.commands.map(({ command }) => command);
    assert.deepEqual([...names].sort(), [...COMMAND_NAMES].sort());
    for (const { title, category, command } of contributes.commands) {
      assert.equal(category, 'VESC', command);
      assert.match(title, /^[A-Z][^.]*$/, command);
    }
    const titles = contributes.commands.map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length);
    assert.ok(names.length <= 40);
    assert.equal(
      contributes.commands.find(({ command }) => command === 'vesc.flash')?.title,
      'Flash current build',
    );
  });

  it('puts only commands that exist into menus, keys and links', () => {
    for (const { command } of placed)
      assert.ok((COMMAND_NAMES as readonly string[]).includes(command), command);
    assert.ok(linked.length > 0);
    for (const command of linked.filter((each) => each.startsWith('vesc.')))
      assert.ok((COMMAND_NAMES as readonly string[]).includes(command), command);
  });

  it('puts a command once into each group of a menu, and no two at one place', () => {
    for (const [menu, entries] of menus) {
      const groups = entries.map(({ group = '' }) => group);
      const commands = entries.map(({ command, group = '' }) => `${command} in ${group.split('@')[0]}`);
      for (const each of [groups, commands])
        assert.deepEqual(
          each.filter((name, index) => each.indexOf(name) !== index),
          [],
          menu,
        );
    }
  });

  it('offers to flash an image file where there is firmware or a controller', () => {
    const { when } = contributes.menus['explorer/context'].find(
      ({ command }) => command === 'vesc.flashFile',
    )!;
    assert.ok(when.endsWith('&& (vesc.hasTree || vesc.connected)'), when);
  });

  it('offers to flash a controller while another one is updated', () => {
    const offers = contributes.menus['view/item/context'].filter(({ command }) =>
      command.startsWith('vesc.flash'),
    );
    assert.ok(offers.length > 0);
    for (const { command, when } of offers) {
      // One that is updated itself is not connected for that long.
      assert.match(when, /;connected/, command);
      assert.doesNotMatch(when, /vesc\.updating/, command);
    }
  });

  it('leads from the empty view to the walkthrough that is there', () => {
    const given = links.flatMap(([, command, values]) =>
      command === 'workbench.action.openWalkthrough'
        ? [JSON.parse(decodeURIComponent(values!)) as unknown]
        : [],
    );
    const { publisher, name } = manifest;
    assert.deepEqual(given, [`${publisher}.${name}#${contributes.walkthroughs[0]!.id}`]);
  });

  it('asks only for context keys that somebody sets', () => {
    const known = [...CONTEXT_KEYS, ...THEIRS] as readonly string[];
    for (const clause of clauses)
      for (const key of keysOf(clause)) assert.ok(known.includes(key), `${key} in ${clause}`);
    const steps = contributes.walkthroughs.flatMap(({ steps }) =>
      steps.flatMap((step) => step.completionEvents),
    );
    for (const event of steps) {
      const [kind, name = ''] = event.split(':');
      const allowed: readonly string[] = kind === 'onContext' ? CONTEXT_KEYS : COMMAND_NAMES;
      assert.ok(allowed.includes(name), event);
    }
  });

  it('declares every setting that is read, with the default that is used without it', () => {
    const declared = contributes.configuration.properties as Record<string, { default: unknown }>;
    assert.deepEqual(Object.keys(declared).sort(), SETTING_NAMES.map((name) => `vesc.${name}`).sort());
    assert.ok(SETTING_NAMES.length <= 18);
    const orders = Object.values(contributes.configuration.properties).map(({ order }) => order);
    assert.equal(new Set(orders).size, orders.length, `two settings at one place: ${orders.join()}`);
    const used = readSettings({ get: () => undefined });
    for (const name of SETTING_NAMES) assert.deepEqual(declared[`vesc.${name}`]?.default, used[name], name);
  });

  it('describes what the code can do', () => {
    assert.deepEqual(
      contributes.taskDefinitions.map(({ type }) => type),
      ['vesc'],
    );
    assert.deepEqual(
      contributes.problemMatchers.map(({ name }) => name),
      ['vesc'],
    );
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    for (const name of restricted) assert.ok(name in contributes.configuration.properties, name);
  });

  it('names only pictures that are there', () => {
    const pictures = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...contributes.views.vesc.map(({ icon }) => icon),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg)),
    ];
    for (const picture of pictures) assert.ok(existsSync(join(root, picture)), picture);
  });

  it('draws its walkthrough in the colours of the theme, without styles: those are not let in', () => {
    for (const { media } of contributes.walkthroughs.flatMap(({ steps }) => steps)) {
      const picture = readFileSync(join(root, media.svg), 'utf8');
      assert.doesNotMatch(picture, /<style|style=|class=/, media.svg);
      const shapes = picture.match(/<(?:path|rect|circle)[^>]*>/g) ?? [];
      assert.ok(shapes.length > 0);
      for (const shape of shapes) {
        assert.match(shape, / stroke="var\(--vscode-/, media.svg);
        assert.match(shape, / fill="none"/, media.svg);
      }
    }
  });

  it('matches the messages of the compiler with $vesc', () => {
    const [matcher] = contributes.problemMatchers;
    const match = new RegExp(matcher!.pattern.regexp).exec('main.c:12:5: fatal error: no.h: No such file');
    assert.deepEqual(match?.slice(1), ['main.c', '12', '5', 'error', 'no.h: No such file']);
  });
});

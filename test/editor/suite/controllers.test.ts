import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Controller } from '../../../src/controllers/controller';
import type { Api } from '../../../src/extension';
import { commandTerminals, ControllerTerminal } from '../../../src/views/controllerTerminal';
import type { Row } from '../../../src/views/nodeChanges';
import { workspaceMemory } from '../../support/workspaceMemory';
import { extensionApi, simulate, until } from './extensionApi';

function labels(rows: readonly Row[]): string[] {
  return rows.map((row) => row.node.label);
}

describe('controllers in the tree', () => {
  let api: Api;
  let controller: Controller;

  before(async () => {
    api = await extensionApi();
    await vscode.commands.executeCommand('vesc.controllers.focus');
    controller = await simulate('60?can=1&fault=ABS_OVER_CURRENT&speed=10');
  });

  after(async () => {
    await vscode.commands.executeCommand('vesc.disconnect', { controller });
    await until('the tree is empty', () => api.tree.rows.length === 0);
  });

  it('shows a simulated controller with its firmware and its live values', async () => {
    await until('live values are shown', () => {
      const [top] = api.tree.rows;
      return top !== undefined && labels(top.children).includes('Live values');
    });
    const [top] = api.tree.rows;
    assert.equal(top?.node.label, '60');
    assert.equal(top?.node.context, 'controller;connected');
    const firmware = top?.children.find((row) => row.node.label === 'Firmware');
    assert.match(firmware?.node.description ?? '', /^7\.01 · /);
    const values = top?.children.find((row) => row.node.label === 'Live values');
    assert.equal(values?.children[0]?.node.description, 'Input voltage');
    assert.match(values?.children[0]?.node.label ?? '', /\d\.\d V$/);
  });

  it('keeps a row the same row while its values change', async () => {
    const [before] = api.tree.rows;
    await vscode.commands.executeCommand('vesc.refresh', { controller });
    await until('the faults are shown', () => controller.faultHistory !== undefined);
    await until('the fault row has its history', () => {
      const fault = api.tree.rows[0]?.children.find((row) => row.node.label === 'Fault');
      return (fault?.children.length ?? 0) > 0;
    });
    assert.equal(api.tree.rows[0], before);
    const fault = api.tree.rows[0]?.children.find((row) => row.node.label === 'Fault');
    assert.deepEqual(labels(fault?.children ?? []), ['ABS OVER CURRENT']);
  });

  it('shows a fault as long as it lasts', async () => {
    assert.equal(controller.address.kind, 'simulated');
    const { name } = controller.address as { name: string };
    const simulated = (await api.core.simulated.get()).start(name);
    const fault = () => api.tree.rows[0]?.children.find((row) => row.node.label === 'Fault')?.node;
    simulated.setFault('FAULT_CODE_DRV', { held: true });
    await until('the fault is shown', () => fault()?.description === 'DRV');
    assert.equal(api.tree.rows[0]?.node.icon.id, 'error');
    simulated.clearFault();
    await until('the fault is gone', () => fault()?.description.startsWith('none') === true);
  });

  it('finds the controller again after a restart', async () => {
    const states: string[] = [];
    const listener = controller.onChange(() => states.push(controller.state));
    await vscode.commands.executeCommand('vesc.reboot', { controller });
    await until('it went away', () => states.some((state) => state !== 'connected'));
    await until('it is back', () => controller.state === 'connected');
    listener.dispose();
  });

  it('shows the controllers behind it on the CAN bus', async () => {
    await vscode.commands.executeCommand('vesc.scan', { controller });
    await until('the node is shown', () => {
      const bus = api.tree.rows[0]?.children.find((row) => row.node.label === 'CAN bus');
      return bus?.children.length === 1;
    });
    const bus = api.tree.rows[0]?.children.find((row) => row.node.label === 'CAN bus');
    assert.equal(bus?.children[0]?.node.context, 'node;connected');
  });

  it('runs commands of its firmware in a terminal, with a history', async () => {
    const terminal = new ControllerTerminal(controller, commandTerminals(api.core.pool, workspaceMemory()));
    let screen = '';
    terminal.onDidWrite((text) => (screen += text));
    terminal.open();
    terminal.handleInput('uptime\r');
    await until('the firmware answers', () => screen.includes('Uptime:'));
    const answered = screen.length;
    terminal.handleInput('\u001b[A\r');
    await until('it answers again', () => screen.slice(answered).includes('Uptime:'));
    terminal.close();
  });

  it('opens its terminal', async () => {
    const before = vscode.window.terminals.length;
    await vscode.commands.executeCommand('vesc.openTerminal', { controller });
    await until('the terminal is open', () => vscode.window.terminals.length === before + 1);
    vscode.window.terminals.at(-1)?.dispose();
  });
});

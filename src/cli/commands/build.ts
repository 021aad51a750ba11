import { ExitStatus } from '../../base/errors';
import { defineCommand } from '../command';
import {
  BUILD_OPTIONS,
  boardsText,
  buildBoard,
  buildFields,
  buildText,
  chooseBoard,
  diagnosticText,
  openWorkspace,
} from '../workspaceBuild';

export const buildCommand = defineCommand({
  name: 'build',
  summary: 'build the firmware for a board',
  options: {
    ...BUILD_OPTIONS,
    rebuild: { type: 'boolean', help: 'compile every file again, whatever was compiled before' },
    list: { type: 'boolean', help: 'list the boards and build nothing' },
  },
  details: [
    'Works in a checkout of the VESC firmware (6.00 or later). The compiler is the one',
    "that --compiler names, else the tree's own (make arm_sdk_install), else PATH's.",
  ],
  examples: ['vesc build --board 60_mk6', 'vesc build --board 60 --workspace ~/bldc --json'],
  async run(context, { options }) {
    const { report, folder, style } = context;
    const workspace = await openWorkspace(context, options);
    if (options.list) {
      const { tree, boards } = workspace;
      const named = boards.map(({ name, hardwareName, header, custom }) => ({
        board: name,
        hardware: hardwareName ?? null,
        header,
        custom,
      }));
      report.result({ workspace: tree.root, boards: named }, boardsText(boards, style));
      return ExitStatus.ok;
    }
    const board = chooseBoard(workspace, options.board);
    const result = await buildBoard(context, workspace, board, options, options.rebuild);
    const found = result.diagnostics.map((diagnostic) => diagnosticText(diagnostic, folder, style));
    if (!result.ok && result.failure) {
      report.failure(result.failure, buildFields(result), found);
      return result.failure.exitStatus;
    }
    for (const warning of result.warnings) report.warn(warning);
    report.result(buildFields(result), [...found, ...buildText(result, style)]);
    return ExitStatus.ok;
  },
});

import { resolve } from 'node:path';
import { type ExitStatus, ExitStatus as Exit, VescError } from '../../base/errors';
import { readBootloader, warnAboutBootloader } from '../../image/bootloaderFile';
import type { BootloaderResult } from '../../update/bootloaderInstaller';
import { type CommandContext, defineCommand } from '../command';
import { readFile } from '../files';
import { identityFields } from '../identityFields';
import { chooseTarget, hungUpOn, TARGET_OPTIONS } from '../target';

const EXIT_STATUS: Record<BootloaderResult['verdict'], ExitStatus> = {
  installed: Exit.ok,
  refused: Exit.refused,
  interrupted: Exit.interrupted,
  'not-taken': Exit.notTaken,
};

export const bootloaderCommand = defineCommand({
  name: 'bootloader',
  summary: 'install a bootloader and see that it answers',
  positionals: { usage: 'FILE', max: 1 },
  options: TARGET_OPTIONS,
  details: [
    'FILE is the .bin, .hex or .elf of a VESC bootloader, linked for 0x080E0000. The',
    'firmware is not touched and runs on, whatever happens. The controller restarts',
    'once, to show that the bootloader answers. Prebuilt ones, generic.bin among them, are',
    'in the bootloader tree (github.com/vedderb/bldc-bootloader, build_all) and in VESC',
    'Tool (res/bootloaders).',
  ],
  examples: ['vesc bootloader generic.bin --port /dev/ttyACM0'],
  async run(context, { options, positionals }) {
    const [file] = positionals;
    if (file === undefined) {
      throw new VescError('usage', {
        problem: 'vesc bootloader needs a file.',
        help: 'vesc bootloader --help',
      });
    }
    const bytes = await readFile(context, resolve(context.folder, file), file);
    const bootloader = readBootloader(bytes, file);
    for (const warning of warnAboutBootloader(bootloader, file)) context.report.warn(warning);
    const { address, canId } = await chooseTarget(context.core, options);
    const target = { address, ...(canId === undefined ? {} : { canId }) };
    const { report, core, interruption } = context;
    const result = await core.updater
      .installBootloader(
        { target, bootloader, name: file },
        {
          signal: interruption.signal,
          onProgress: (message, fraction) => report.progress({ stage: 'bootloader', fraction, message }),
        },
      )
      .catch((error: unknown) => {
        throw hungUpOn(address, error);
      });
    return tell(context, result, bootloader.length);
  },
});

function tell({ report, style }: CommandContext, result: BootloaderResult, size_B: number): ExitStatus {
  const { verdict, controller, error } = result;
  const fields = { verdict, controller: identityFields(controller), size_B };
  if (error) report.failure(error, fields);
  else report.result(fields, [style.green(`Installed: the bootloader of ${controller.hardware} answers.`)]);
  return EXIT_STATUS[verdict];
}

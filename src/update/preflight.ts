import { type ErrorCode, VescError } from '../base/errors';
import type { StampState } from '../image/buildStamp';
import { IMAGE_LENGTH } from '../image/flashMap';
import { checkImage, type Image } from '../image/imageFile';
import { faultName } from '../protocol/faults';
import type { Values } from '../protocol/messages/telemetry';
import { atLeast, formatVersion, type Version } from '../protocol/version';
import type { ControllerIdentity } from './controllerIdentity';
import { OVERRIDABLE } from './overridable';
import { sameHardware } from './sameHardware';
import { isTurning } from './standstill';

/** Flash is erased and programmed from the 3.3 V rail; below this supply its regulators are near drop-out. */
const BROWN_OUT_V = 6;
/** The firmware has an erase command only from here on (facts 3.7 D). */
const ERASE_SINCE = { major: 3, minor: 59 } as const;

/** The values preflight looks at. */
export type PreflightValues = Pick<Values, 'erpm' | 'duty' | 'voltage_V' | 'fault'>;

/** An image with what is known of its identity; without a stamp state that is not looked at. */
export type CheckedImage = Image & { readonly stamp?: StampState };

/** What the user insists on. */
export interface PreflightOptions {
  /** The controller's hardware name, typed by the user. */
  readonly overrideHardware?: string;
  readonly override?: readonly ErrorCode[];
}

/**
 * Everything that speaks against sending `image` to this controller; nothing was sent yet. Empty means go.
 * Overridden refusals are left out.
 * @param values undefined only for what is no VESC, and is refused for that
 */
export function preflight(
  image: CheckedImage,
  controller: ControllerIdentity,
  values: PreflightValues | undefined,
  options: PreflightOptions = {},
): VescError[] {
  const found = [...checkController(controller), ...checkImage(image), ...checkStamp(image)];
  if (found.length === 0) {
    found.push(
      ...checkHardware(image, controller),
      ...checkOrigin(image, controller),
      ...checkState(values!),
    );
  }
  return found.filter((refusal) => !isOverridden(refusal, controller, options));
}

/** What speaks against sending anything to this controller. */
export function checkController({ hardwareType, firmware, hardware }: ControllerIdentity): VescError[] {
  if (hardwareType !== 'vesc') return [new VescError('not-a-vesc', { hardware, hardwareType })];
  if (!atLeast(firmware, ERASE_SINCE.major, ERASE_SINCE.minor)) {
    return [new VescError('firmware-too-old', { version: formatVersion(firmware) })];
  }
  return [];
}

/** An identity that is not that of the content would prove the wrong thing. */
function checkStamp({ stamp, name }: CheckedImage): VescError[] {
  return stamp === 'altered' ? [new VescError('image-altered', { file: name })] : [];
}

function checkHardware(image: Image, controller: ControllerIdentity): VescError[] {
  const { hardware } = image.identity;
  if (hardware === undefined) {
    return [new VescError('hardware-unknown', { file: image.name, controller: controller.hardware })];
  }
  if (sameHardware(hardware, controller.hardware)) return [];
  return [new VescError('wrong-hardware', { image: hardware, controller: controller.hardware })];
}

/**
 * The versions of a manufacturer's fork, whose controllers take neither a compressed image nor a new bootloader: they
 * have to go through 5.03 first (vedderb/bldc issue 615, facts 10).
 */
function isOemFork({ major, minor }: Version): boolean {
  return (major === 3 && minor >= 100 && minor <= 103) || (major === 23 && minor >= 34 && minor <= 46);
}

function checkOrigin(image: Image, { firmware }: ControllerIdentity): VescError[] {
  if (!isOemFork(firmware) || image.bytes.length < IMAGE_LENGTH) return [];
  return [new VescError('needs-5.03-first', { version: formatVersion(firmware) })];
}

/** What speaks against erasing flash at this moment. */
export function checkState(values: PreflightValues): VescError[] {
  const found: VescError[] = [];
  if (isTurning(values)) {
    found.push(new VescError('motor-turning', { erpm: Math.round(values.erpm), duty: values.duty }));
  }
  const { voltage_V } = values;
  const fault = faultName(values.fault);
  const dipped = fault === 'FAULT_CODE_MCU_UNDER_VOLTAGE';
  if (voltage_V < BROWN_OUT_V || dipped) {
    found.push(
      new VescError('voltage-low', { voltage_V, minimum_V: BROWN_OUT_V, ...(dipped ? { fault } : {}) }),
    );
  }
  return found;
}

function isOverridden(
  refusal: VescError,
  controller: ControllerIdentity,
  options: PreflightOptions,
): boolean {
  if (refusal.code === 'wrong-hardware' || refusal.code === 'hardware-unknown') {
    return options.overrideHardware === controller.hardware;
  }
  return OVERRIDABLE.includes(refusal.code) && (options.override?.includes(refusal.code) ?? false);
}

import type { ConfigurationKind } from '../protocol/messages/configuration';
import { releaseLayout } from '../protocol/settings/releaseLayouts';
import type { SettingsField } from '../protocol/settings/settingsField';
import { encodeSettings } from '../protocol/settings/settingsLayout';
import type { Version } from '../protocol/version';

/**
 * What a controller has here that was never set up, in whichever layout: the motor configuration of a real 60_MK6
 * and usual app settings. What is not in the list is 0, or not known to the release.
 */
const DEFAULTS: Readonly<Record<ConfigurationKind, string>> = {
  mcconf: `
pwm_mode PWM_MODE_SYNCHRONOUS
motor_type MOTOR_TYPE_FOC
l_current_max 60
l_current_min -60
l_in_current_max 99
l_in_current_min -60
l_in_current_map_start 0.9
l_in_current_map_filter 0.002
l_abs_current_max 150
l_min_erpm -100000
l_max_erpm 100000
l_erpm_start 0.8
l_max_erpm_fbrake 300
l_max_erpm_fbrake_cc 1500
l_min_vin 8
l_max_vin 57
l_battery_cut_start 10
l_battery_cut_end 8
l_battery_regen_cut_start 1000
l_battery_regen_cut_end 1100
l_temp_fet_start 85
l_temp_fet_end 100
l_temp_motor_start 85
l_temp_motor_end 100
l_temp_accel_dec 0.15
l_min_duty 0.005
l_max_duty 0.95
l_watt_max 1500000
l_watt_min -1500000
l_current_max_scale 1
l_current_min_scale 1
l_duty_start 1
sl_min_erpm 150
sl_min_erpm_cycle_int_limit 1100
sl_max_fullbreak_current_dir_change 10
sl_cycle_int_limit 62
sl_phase_advance_at_br 0.8
sl_cycle_int_rpm_br 80000
sl_bemf_coupling_k 600
hall_table[0] -1
hall_table[1] 1
hall_table[2] 3
hall_table[3] 2
hall_table[4] 5
hall_table[5] 6
hall_table[6] 4
hall_table[7] -1
hall_sl_erpm 2000
foc_current_kp 0.03
foc_current_ki 50
foc_f_zv 30000
foc_dt_us 0.12
foc_encoder_offset 180
foc_encoder_ratio 7
foc_encoder_sin_gain 1
foc_encoder_cos_gain 1
foc_encoder_sin_offset 1.65
foc_encoder_cos_offset 1.65
foc_encoder_sincos_filter_constant 0.5
foc_pll_kp 2000
foc_pll_ki 30000
foc_motor_l 0.000007
foc_motor_r 0.015
foc_motor_flux_linkage 0.00245
foc_observer_gain 900000
foc_observer_gain_slow 0.05
foc_observer_offset -1
foc_duty_dowmramp_kp 20
foc_duty_dowmramp_ki 400
foc_start_curr_dec 1
foc_start_curr_dec_rpm 2500
foc_openloop_rpm 1500
foc_sl_openloop_hyst 0.1
foc_sl_openloop_time_ramp 0.1
foc_sl_openloop_time 0.05
foc_sl_openloop_max_q -1
foc_hall_table[0] 255
foc_hall_table[1] 255
foc_hall_table[2] 255
foc_hall_table[3] 255
foc_hall_table[4] 255
foc_hall_table[5] 255
foc_hall_table[6] 255
foc_hall_table[7] 255
foc_hall_interp_erpm 500
foc_sl_erpm_start 2500
foc_sl_erpm 3500
foc_temp_comp_base_temp 25
foc_current_filter_const 0.1
foc_observer_type FOC_OBSERVER_MXLEMMING_LAMBDA_COMP
foc_hfi_amb_current 60
foc_hfi_amb_tres 15
foc_hfi_voltage_start 20
foc_hfi_voltage_run 4
foc_hfi_voltage_max 6
foc_hfi_gain 0.3
foc_hfi_max_err 0.3
foc_sl_erpm_hfi 3000
foc_hfi_reset_erpm 500
foc_hfi_start_samples 5
foc_hfi_obs_ovr_sec 0.001
foc_hfi_samples HFI_SAMPLES_16
foc_offsets_cal_mode 1
foc_offsets_current[0] 2048
foc_offsets_current[1] 2048
foc_offsets_current[2] 2048
foc_phase_filter_enable 1
foc_phase_filter_disable_fault 1
foc_phase_filter_max_erpm 4000
foc_fw_duty_start 0.8
foc_fw_q_current_factor 0.05
foc_fw_backoff 2
foc_overmod_factor 1
foc_mag_vd_max 0.98
sp_pid_loop_rate PID_RATE_1000_HZ
s_pid_kp 0.004
s_pid_ki 0.004
s_pid_kd 0.0001
s_pid_kd_filter 0.2
s_pid_min_erpm 900
s_pid_allow_braking 1
s_pid_ramp_erpms_s 25000
p_pid_kp 0.025
p_pid_kd_proc 0.00035
p_pid_kd_filter 0.2
p_pid_ang_div 1
cc_startup_boost_duty 0.01
cc_min_current 0.05
cc_gain 0.0046
cc_ramp_step_max 0.04
m_fault_stop_time_ms 500
m_duty_ramp_step 0.02
m_current_backoff_gain 0.5
m_encoder_counts 8192
m_encoder_sin_amp 1
m_encoder_cos_amp 1
m_encoder_sin_offset 1.65
m_encoder_cos_offset 1.65
m_encoder_sincos_filter_constant 0.5
m_drv8301_oc_adj 16
m_bldc_f_sw_min 3000
m_bldc_f_sw_max 35000
m_dc_f_sw 25000
m_ntc_motor_beta 3380
m_ptc_motor_coeff 0.61
m_ntcx_ptcx_res 10000
m_ntcx_ptcx_temp_base 25
m_hall_extra_samples 3
m_batt_filter_const 45
si_motor_poles 14
si_gear_ratio 3
si_wheel_diameter 0.083
si_battery_cells 3
si_battery_ah 6
si_motor_nl_current 1
bms.type BMS_TYPE_VESC
bms.limit_mode 3
bms.t_limit_start 45
bms.t_limit_end 65
bms.soc_limit_start 0.05
bms.vmin_limit_start 2.9
bms.vmin_limit_end 2.5
bms.vmax_limit_start 4.2
bms.vmax_limit_end 4.3
`,
  appconf: `
timeout_msec 1000
can_status_rate_1 50
can_status_rate_2 5
can_status_msgs_r1 15
send_can_status_rate_hz 50
can_baud_rate CAN_BAUD_500K
permanent_uart_enabled 1
shutdown_mode SHUTDOWN_MODE_OFF_AFTER_30M
uavcan_raw_rpm_max 50000
app_to_use APP_UART
app_ppm_conf.pid_max_erpm 15000
app_ppm_conf.hyst 0.15
app_ppm_conf.pulse_start 1
app_ppm_conf.pulse_end 2
app_ppm_conf.pulse_center 1.5
app_ppm_conf.median_filter 1
app_ppm_conf.safe_start SAFE_START_REGULAR
app_ppm_conf.throttle_exp_mode THR_EXP_POLY
app_ppm_conf.ramp_time_pos 0.4
app_ppm_conf.ramp_time_neg 0.2
app_ppm_conf.multi_esc 1
app_ppm_conf.tc_max_diff 3000
app_ppm_conf.max_erpm_for_dir 4000
app_ppm_conf.smart_rev_max_duty 0.07
app_ppm_conf.smart_rev_ramp_time 3
app_adc_conf.hyst 0.15
app_adc_conf.voltage_start 0.9
app_adc_conf.voltage_end 3
app_adc_conf.voltage_max 3.3
app_adc_conf.voltage_center 2
app_adc_conf.voltage2_start 0.9
app_adc_conf.voltage2_end 3
app_adc_conf.use_filter 1
app_adc_conf.safe_start SAFE_START_REGULAR
app_adc_conf.throttle_exp_mode THR_EXP_POLY
app_adc_conf.ramp_time_pos 0.3
app_adc_conf.ramp_time_neg 0.1
app_adc_conf.multi_esc 1
app_adc_conf.tc_max_diff 3000
app_adc_conf.update_rate_hz 500
app_uart_baudrate 115200
app_chuk_conf.ctrl_type CHUK_CTRL_TYPE_CURRENT
app_chuk_conf.hyst 0.15
app_chuk_conf.ramp_time_pos 0.4
app_chuk_conf.ramp_time_neg 0.2
app_chuk_conf.stick_erpm_per_s_in_cc 3000
app_chuk_conf.throttle_exp_mode THR_EXP_POLY
app_chuk_conf.multi_esc 1
app_chuk_conf.tc_max_diff 3000
app_chuk_conf.use_smart_rev 1
app_chuk_conf.smart_rev_max_duty 0.07
app_chuk_conf.smart_rev_ramp_time 3
app_nrf_conf.speed NRF_SPEED_1M
app_nrf_conf.power NRF_POWER_0DBM
app_nrf_conf.crc_type NRF_CRC_1B
app_nrf_conf.retries 3
app_nrf_conf.channel 76
app_nrf_conf.address[0] 198
app_nrf_conf.address[1] 199
app_pas_conf.current_scaling 0.1
app_pas_conf.pedal_rpm_start 10
app_pas_conf.pedal_rpm_end 180
app_pas_conf.magnets 24
app_pas_conf.ramp_time_pos 0.6
app_pas_conf.ramp_time_neg 0.3
app_pas_conf.update_rate_hz 500
imu_conf.type IMU_TYPE_INTERNAL
imu_conf.sample_rate_hz 200
imu_conf.accel_confidence_decay 1
imu_conf.mahony_kp 0.3
imu_conf.madgwick_beta 0.1
`,
};

/** The default configuration of a release, signature first; `undefined` for a release that is not known. */
export function defaultConfiguration(kind: ConfigurationKind, version: Version): Uint8Array | undefined {
  const layout = releaseLayout(kind, version);
  if (!layout) return undefined;
  const texts = new Map(
    DEFAULTS[kind]
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  return encodeSettings(
    layout,
    new Map(layout.fields.map((field) => [field.name, valueOf(field, texts.get(field.name) ?? '0')])),
  );
}

function valueOf({ meaning }: SettingsField, text: string): number {
  if (meaning.kind !== 'enumeration') return Number(text);
  return meaning.enumerators.find(({ name }) => name === text)?.value ?? 0;
}

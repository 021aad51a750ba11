import { connectHost } from '../../webview/browser/host';
import { isToView, type ToHost, type ToView } from '../messages';

export const { tell, listen, remembered, remember } = connectHost<ToHost, ToView>(isToView);

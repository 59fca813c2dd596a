import { LabIcon } from '@jupyterlab/ui-components';
import svgstr from '../style/icons/diagnose.svg';

export const diagnoseIcon = new LabIcon({ name: 'nbdoctor:diagnose', svgstr });

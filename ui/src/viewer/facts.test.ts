import { describe, expect, it } from 'vitest';
import { invent } from '../backend/memory-photos';
import { Texts } from '../i18n/i18n';
import { exposure, numberOf, offset, pixels, position, shutter, typeName } from './facts';

const english = new Texts(['en-GB']);
const german = new Texts(['de-DE']);

describe('exposure', () => {
  it('names what is known, in the order of the dial', () => {
    const photo = invent({ month: '2024-06', number: 0, of: 1 });
    photo.exposure = { iso: 12800, f_number: 2.8, exposure_time_s: 1 / 250, focal_length_mm: 35 };
    expect(exposure(photo, english)).toBe('1/250 s · f/2.8 · ISO 12800 · 35 mm');
    expect(exposure(photo, german)).toBe('1/250 s · f/2,8 · ISO 12800 · 35 mm');
    photo.exposure = { iso: null, f_number: 4 };
    expect(exposure(photo, english)).toBe('f/4');
    photo.exposure = {};
    expect(exposure(photo, english)).toBe('');
  });

  it('writes times as the camera does', () => {
    expect([1 / 8000, 1 / 60, 0.25, 0.5, 2, 30].map((seconds) => shutter(seconds, english))).toEqual([
      '1/8000',
      '1/60',
      '1/4',
      '0.5',
      '2',
      '30',
    ]);
  });
});

describe('pixels', () => {
  it('are told as megapixels, too, where there are enough of them', () => {
    const told = (width: number, height: number, words = english) => pixels({ width, height }, words);
    expect(told(4000, 3000)).toBe('4000 × 3000 · 12 MP');
    expect(told(1600, 1000, german)).toBe('1600 × 1000 · 1,6 MP');
    expect(told(320, 200)).toBe('320 × 200 · 0.1 MP');
    expect(told(16, 16)).toBe('16 × 16');
  });
});

describe('positions', () => {
  it('have five digits and a hemisphere', () => {
    expect(position([48.85837, 2.294481], english)).toBe('48.85837° N, 2.29448° E');
    expect(position([-33.8568, -151.2153], english)).toBe('33.85680° S, 151.21530° W');
    expect(position([48.85837, 2.294481], german)).toBe('48,85837° N, 2,29448° O');
  });
});

describe('offsets', () => {
  it('are shown where one is known', () => {
    expect(offset('2019-07-14T10:00:00+02:00')).toBe('UTC+02:00');
    expect(offset('2019-07-14T10:00:00Z')).toBe('UTC');
    expect(offset('2019-07-14T10:00:00-00:00')).toBe('');
  });
});

describe('types', () => {
  it('are called as people call them', () => {
    expect(typeName('image/jpeg', 'a.jpg')).toBe('JPEG');
    expect(typeName('application/pdf', 'Letter 7.pdf')).toBe('PDF');
    expect(typeName('image/x-nikon-nef', 'DSC.NEF')).toBe('NEF');
    expect(typeName('video/mp4', 'no extension')).toBe('MP4');
    expect(typeName('', 'x')).toBe('');
  });
});

describe('numbers', () => {
  it('are taken with a comma for the point, and else as they are', () => {
    const typed = ['12,50', ' 3 ', '-0,5', '1,234,567', 'much', '1.5', ''];
    expect(typed.map(numberOf)).toEqual(['12.50', '3', '-0.5', '1,234,567', 'much', '1.5', '']);
  });
});

import { describe, expect, it } from 'vitest';
import { labelOf, namesOf, written, type Label } from './labels';
import { shapeOf } from './shapes';

const label = (code: string, name: string, x = 0.5, width = 0.2): Label => ({
  code,
  name,
  at: { x, y: 0.5 },
  width,
  area: width * width,
});
const view = { x: 0.5, y: 0.5, zoom: 2, width: 800, height: 600 };
const letters = (text: string, size: number) => (text.length * size) / 2;

describe('names of countries', () => {
  const cases: [Label, string, string[]][] = [
    [label('276', 'Germany'), 'de', ['Deutschland']],
    [label('036', 'Australia'), 'de', ['Australien']],
    [label('36', 'Australia'), 'de', ['Australien']],
    [label('840', 'United States of America'), 'en', ['United States', 'US']],
    [label('', 'Kosovo'), 'de', ['Kosovo']],
    [label('999', 'Nowhere'), 'de', ['Nowhere']],
  ];
  for (const [country, language, names] of cases)
    it(`${country.name} in ${language}`, () => expect(namesOf(country, language)).toEqual(names));
});

describe('labels', () => {
  const texts = (labels: Label[], names = (one: Label) => [one.name]) =>
    written(labels, view, names, letters).map(({ text }) => text);

  it('stand in the middle of the largest part', () => {
    const islet = shapeOf([0, 0, 0.01, 0, 0.01, 0.01, 0, 0.01]);
    const mainland = shapeOf([0.4, 0.4, 0.6, 0.4, 0.6, 0.5, 0.4, 0.5]);
    const found = labelOf([islet, mainland], '1', 'Land');
    expect(found?.at.x).toBeCloseTo(0.5);
    expect(found?.at.y).toBeCloseTo(0.45);
    expect(found?.area).toBeCloseTo(0.02);
    expect(labelOf([], '1', 'Land')).toBeNull();
  });

  it('are left out where they are wider than the country', () => {
    expect(texts([label('1', 'Land', 0.5, 0.05)])).toEqual(['Land']);
    expect(texts([label('1', 'A land of a very long name', 0.5, 0.05)])).toEqual([]);
    expect(texts([label('1', 'X', 0.5, 0.001)])).toEqual([]);
  });

  it('take the short name where only that has room', () => {
    expect(texts([label('1', '', 0.5, 0.05)], () => ['A land of a very long name', 'Short'])).toEqual([
      'Short',
    ]);
  });

  it('never cover each other, the first one wins', () => {
    expect(texts([label('1', 'First', 0.5), label('2', 'Second', 0.51), label('3', 'Third', 0.7)])).toEqual([
      'First',
      'Third',
    ]);
  });

  it('are there in each copy of the world', () => {
    const wide = { ...view, zoom: 1, width: 1400 };
    expect(written([label('1', 'Land')], wide, (one) => [one.name], letters)).toHaveLength(3);
  });
});

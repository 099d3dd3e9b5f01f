/** Words of closed classes and fixed phrases; none of them is ever held out. */

/** Past times, as they end or begin a clause. */
export const PAST_TIMES = [
  'yesterday', 'last night', 'last week', 'last month', 'last year', 'in the morning', 'in the afternoon', 'in the evening',
  'at noon', 'at midnight', 'on monday', 'on tuesday', 'on wednesday', 'on thursday', 'on friday', 'on saturday', 'on sunday',
  'in january', 'in march', 'in april', 'in june', 'in july', 'in august', 'in october', 'in december',
] as const;

export const NUMBERS = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'] as const;

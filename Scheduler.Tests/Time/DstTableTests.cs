using NUnit.Framework;

namespace Scheduler.Tests.Time;

/// <summary>Real clock changes under the default policy: local times with their offset, to be checked against a calendar.</summary>
public sealed class DstTableTests
{
    // America/New_York, 9 March 2025:  01:59 -05:00 | (02:00 to 02:59 do not exist) | 03:00 -04:00
    [TestCase("30 2 * * *      ", "2025-03-08T12:00-05:00", "2025-03-09T03:00-04:00; 2025-03-10T02:30-04:00")]
    [TestCase("0,30 2 * * *    ", "2025-03-08T12:00-05:00", "2025-03-09T03:00-04:00; 2025-03-10T02:00-04:00")]
    [TestCase("*/10 2 * * *    ", "2025-03-08T12:00-05:00", "2025-03-09T03:00-04:00; 2025-03-10T02:00-04:00")]
    [TestCase(
        "30 1-3 * * *    ",
        "2025-03-09T00:00-05:00",
        "2025-03-09T01:30-05:00; 2025-03-09T03:00-04:00; 2025-03-09T03:30-04:00; 2025-03-10T01:30-04:00"
    )]
    [TestCase("0 2,3 * * *     ", "2025-03-08T12:00-05:00", "2025-03-09T03:00-04:00; 2025-03-10T02:00-04:00")]
    [TestCase("30 2 9 3 *      ", "2025-03-08T12:00-05:00", "2025-03-09T03:00-04:00; 2026-03-09T02:30-04:00")]
    [TestCase("30 2 * * SUN    ", "2025-03-08T12:00-05:00", "2025-03-09T03:00-04:00; 2025-03-16T02:30-04:00")]
    [TestCase(
        "30 * * * *      ",
        "2025-03-09T01:00-05:00",
        "2025-03-09T01:30-05:00; 2025-03-09T03:30-04:00; 2025-03-09T04:30-04:00"
    )]
    [TestCase("0 */2 * * *     ", "2025-03-09T00:00-05:00", "2025-03-09T04:00-04:00; 2025-03-09T06:00-04:00")]
    // America/New_York, 2 November 2025:  00:59 -04:00 | 01:00 to 01:59 -04:00 | 01:00 to 01:59 -05:00 | 02:00 -05:00
    [TestCase("30 1 * * *      ", "2025-11-01T12:00-04:00", "2025-11-02T01:30-04:00; 2025-11-03T01:30-05:00")]
    [TestCase(
        "0 1-2 * * *     ",
        "2025-11-02T00:30-04:00",
        "2025-11-02T01:00-04:00; 2025-11-02T02:00-05:00; 2025-11-03T01:00-05:00"
    )]
    [TestCase(
        "30 * * * *      ",
        "2025-11-02T01:00-04:00",
        "2025-11-02T01:30-04:00; 2025-11-02T01:30-05:00; 2025-11-02T02:30-05:00"
    )]
    [TestCase(
        "*/30 1 * * *    ",
        "2025-11-02T00:30-04:00",
        "2025-11-02T01:00-04:00; 2025-11-02T01:30-04:00; 2025-11-02T01:00-05:00; 2025-11-02T01:30-05:00; 2025-11-03T01:00-05:00"
    )]
    [TestCase(
        "0 */1 2 11 *    ",
        "2025-11-02T00:30-04:00",
        "2025-11-02T01:00-04:00; 2025-11-02T01:00-05:00; 2025-11-02T02:00-05:00"
    )]
    public void New_York(string cron, string from, string expected) => Expect("America/New_York", cron, from, expected);

    // Europe/London, 30 March 2025:    00:59 +00:00 | (01:00 to 01:59 do not exist) | 02:00 +01:00
    [TestCase("15 1 * * *      ", "2025-03-29T12:00+00:00", "2025-03-30T02:00+01:00; 2025-03-31T01:15+01:00")]
    [TestCase("0 2 * * *       ", "2025-03-29T12:00+00:00", "2025-03-30T02:00+01:00; 2025-03-31T02:00+01:00")]
    // Europe/London, 26 October 2025:  00:59 +01:00 | 01:00 to 01:59 +01:00 | 01:00 to 01:59 +00:00 | 02:00 +00:00
    [TestCase("15 1 * * *      ", "2025-10-25T12:00+01:00", "2025-10-26T01:15+01:00; 2025-10-27T01:15+00:00")]
    [TestCase(
        "@hourly         ",
        "2025-10-26T00:30+01:00",
        "2025-10-26T01:00+01:00; 2025-10-26T01:00+00:00; 2025-10-26T02:00+00:00"
    )]
    public void London(string cron, string from, string expected) => Expect("Europe/London", cron, from, expected);

    // Australia/Lord_Howe, 6 October 2024:  01:59 +10:30 | (02:00 to 02:29 do not exist) | 02:30 +11:00
    [TestCase("15 2 * * *      ", "2024-10-05T12:00+10:30", "2024-10-06T02:30+11:00; 2024-10-07T02:15+11:00")]
    [TestCase("45 2 * * *      ", "2024-10-05T12:00+10:30", "2024-10-06T02:45+11:00; 2024-10-07T02:45+11:00")]
    [TestCase(
        "15,45 2 * * *   ",
        "2024-10-05T12:00+10:30",
        "2024-10-06T02:30+11:00; 2024-10-06T02:45+11:00; 2024-10-07T02:15+11:00"
    )]
    // Australia/Lord_Howe, 6 April 2025:    01:29 +11:00 | 01:30 to 01:59 +11:00 | 01:30 to 01:59 +10:30 | 02:00 +10:30
    [TestCase("45 1 * * *      ", "2025-04-05T12:00+11:00", "2025-04-06T01:45+11:00; 2025-04-07T01:45+10:30")]
    [TestCase(
        "*/20 * * * *    ",
        "2025-04-06T01:10+11:00",
        "2025-04-06T01:20+11:00; 2025-04-06T01:40+11:00; 2025-04-06T01:40+10:30; 2025-04-06T02:00+10:30"
    )]
    public void Lord_Howe(string cron, string from, string expected) =>
        Expect("Australia/Lord_Howe", cron, from, expected);

    // Asia/Amman, 31 March 2017:    30 March 23:59 +02:00 | (00:00 to 00:59 do not exist) | 01:00 +03:00
    [TestCase("0 0 * * *       ", "2017-03-30T12:00+02:00", "2017-03-31T01:00+03:00; 2017-04-01T00:00+03:00")]
    [TestCase(
        "30 0,1 * * *    ",
        "2017-03-30T12:00+02:00",
        "2017-03-31T01:00+03:00; 2017-03-31T01:30+03:00; 2017-04-01T00:30+03:00"
    )]
    // Asia/Amman, 27 October 2017:  26 October 23:59 +03:00 | 00:00 to 00:59 +03:00 | 00:00 to 00:59 +02:00 | 01:00 +02:00
    [TestCase("@daily          ", "2017-10-26T12:00+03:00", "2017-10-27T00:00+03:00; 2017-10-28T00:00+02:00")]
    public void Amman(string cron, string from, string expected) => Expect("Asia/Amman", cron, from, expected);

    // America/Santiago, 8 September 2024:  7 September 23:59 -04:00 | (00:00 to 00:59 do not exist) | 01:00 -03:00
    [TestCase("0 0 * * SUN     ", "2024-09-07T12:00-04:00", "2024-09-08T01:00-03:00; 2024-09-15T00:00-03:00")]
    // America/Santiago, 6 April 2024:      22:59 -03:00 | 23:00 to 23:59 -03:00 | 23:00 to 23:59 -04:00 | 7 April 00:00 -04:00
    [TestCase("30 23 * * *     ", "2024-04-06T12:00-03:00", "2024-04-06T23:30-03:00; 2024-04-07T23:30-04:00")]
    [TestCase(
        "30 * * * *      ",
        "2024-04-06T23:00-03:00",
        "2024-04-06T23:30-03:00; 2024-04-06T23:30-04:00; 2024-04-07T00:30-04:00"
    )]
    public void Santiago(string cron, string from, string expected) => Expect("America/Santiago", cron, from, expected);

    // Pacific/Apia, 30 December 2011:  29 December 23:59 -10:00 | (the 30th does not exist) | 31 December 00:00 +14:00
    [TestCase("0 9 * * *       ", "2011-12-29T09:00-10:00", "2011-12-31T00:00+14:00; 2011-12-31T09:00+14:00")]
    [TestCase("0 9 30 12 *     ", "2011-12-29T09:00-10:00", "2011-12-31T00:00+14:00; 2012-12-30T09:00+14:00")]
    [TestCase("0 9,17 * * FRI  ", "2011-12-29T09:00-10:00", "2011-12-31T00:00+14:00; 2012-01-06T09:00+14:00")]
    [TestCase("0 * * * *       ", "2011-12-29T22:30-10:00", "2011-12-29T23:00-10:00; 2011-12-31T00:00+14:00")]
    [TestCase("30 */6 30 12 *  ", "2011-12-29T22:30-10:00", "2012-12-30T00:30+14:00; 2012-12-30T06:30+14:00")]
    public void Apia(string cron, string from, string expected) => Expect("Pacific/Apia", cron, from, expected);

    // Africa/Cairo, 26 April 2024:    25 April 23:59 +02:00 | (00:00 to 00:59 do not exist) | 01:00 +03:00
    [TestCase("5 0 26 4 *      ", "2024-04-25T12:00+02:00", "2024-04-26T01:00+03:00; 2025-04-26T00:05+03:00")]
    // Africa/Cairo, 31 October 2024:  22:59 +03:00 | 23:00 to 23:59 +03:00 | 23:00 to 23:59 +02:00 | 1 November 00:00 +02:00
    [TestCase("59 23 * * *     ", "2024-10-31T12:00+03:00", "2024-10-31T23:59+03:00; 2024-11-01T23:59+02:00")]
    [TestCase("0 0 1 * *       ", "2024-10-31T12:00+03:00", "2024-11-01T00:00+02:00; 2024-12-01T00:00+02:00")]
    public void Cairo(string cron, string from, string expected) => Expect("Africa/Cairo", cron, from, expected);

    // America/Havana, 9 March 2025:     8 March 23:59 -05:00 | (00:00 to 00:59 do not exist) | 01:00 -04:00
    [TestCase("0 0 * * *       ", "2025-03-08T12:00-05:00", "2025-03-09T01:00-04:00; 2025-03-10T00:00-04:00")]
    // America/Havana, 2 November 2025:  1 November 23:59 -04:00 | 00:00 to 00:59 -04:00 | 00:00 to 00:59 -05:00 | 01:00 -05:00
    [TestCase("0 0 * * *       ", "2025-11-01T12:00-04:00", "2025-11-02T00:00-04:00; 2025-11-03T00:00-05:00")]
    [TestCase("* 0 2 11 *      ", "2025-11-02T00:58-04:00", "2025-11-02T00:59-04:00; 2025-11-02T00:00-05:00")]
    public void Havana(string cron, string from, string expected) => Expect("America/Havana", cron, from, expected);

    // Europe/Dublin, kept with winter as the exception.  29 March 2015:  00:59 +00:00 | (01:00 to 01:59) | 02:00 +01:00
    [TestCase("30 1 * * *      ", "2015-03-28T12:00+00:00", "2015-03-29T02:00+01:00; 2015-03-30T01:30+01:00")]
    // 25 October 2015:  00:59 +01:00 | 01:00 to 01:59 +01:00 | 01:00 to 01:59 +00:00 | 02:00 +00:00
    [TestCase("30 1 * * *      ", "2015-10-24T12:00+01:00", "2015-10-25T01:30+01:00; 2015-10-26T01:30+00:00")]
    public void Dublin(string cron, string from, string expected) => Expect("Europe/Dublin", cron, from, expected);

    // Africa/Casablanca goes back for Ramadan.  23 February 2025:  02:00 to 02:59 +01:00 | 02:00 to 02:59 +00:00 | 03:00 +00:00
    [TestCase("30 2 * * *      ", "2025-02-22T12:00+01:00", "2025-02-23T02:30+01:00; 2025-02-24T02:30+00:00")]
    // 6 April 2025:  01:59 +00:00 | (02:00 to 02:59 do not exist) | 03:00 +01:00
    [TestCase("30 2 * * *      ", "2025-04-05T12:00+00:00", "2025-04-06T03:00+01:00; 2025-04-07T02:30+01:00")]
    public void Casablanca(string cron, string from, string expected) =>
        Expect("Africa/Casablanca", cron, from, expected);

    // Africa/Monrovia, 7 January 1972:  23:59 -00:44:30 | (00:00:00 to 00:44:29 do not exist) | 00:44:30 +00:00
    [TestCase("20 0 * * *      ", "1972-01-06T12:00:00-00:44:30", "1972-01-07T00:44:30+00:00; 1972-01-08T00:20+00:00")]
    [TestCase("44 0 * * *      ", "1972-01-06T12:00:00-00:44:30", "1972-01-07T00:44:30+00:00; 1972-01-08T00:44+00:00")]
    [TestCase("45 0 * * *      ", "1972-01-06T12:00:00-00:44:30", "1972-01-07T00:45+00:00; 1972-01-08T00:45+00:00")]
    public void Monrovia_where_the_gap_ended_between_two_minutes(string cron, string from, string expected) =>
        Expect("Africa/Monrovia", cron, from, expected);

    private static void Expect(string zone, string cron, string from, string expected)
    {
        var times = Given.Times(expected);

        Assert.That(Given.Walk(Given.Schedule(cron, zone), Given.Time(from), times.Length), Is.EqualTo(times));
    }
}

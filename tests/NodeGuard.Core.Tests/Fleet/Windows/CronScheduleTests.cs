using NodeGuard.Core.Fleet.Windows;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Fleet.Windows;

public class CronScheduleTests
{
    private static readonly DateOnly Saturday = new(2026, 11, 21);

    [Theory]
    [InlineData("0 22 * * *", "22:00")]
    [InlineData("*/20 3 * * *", "03:00 03:20 03:40")]
    [InlineData("10-50/20 3,5 * * *", "03:10 03:30 03:50 05:10 05:30 05:50")]
    [InlineData("50/5 23 * * *", "23:50 23:55")]
    [InlineData("0 0 * nov sat", "00:00")]
    [InlineData("0 0 * * SAT", "00:00")]
    [InlineData("0 0 * * 6", "00:00")]
    [InlineData("0 0 * * mon-fri", "")]
    [InlineData("0 0 * 1-10 *", "")]
    [InlineData("0 0 21 * *", "00:00")]
    [InlineData("0 0 20 * *", "")]
    [InlineData("0  1\t* * *", "01:00")]
    public void TheTimesOfADayAreThoseThatAllFieldsAllow(string text, string times) =>
        string.Join(' ', Schedule(text).TimesOn(Saturday).Select(static time => time.ToString("HH:mm", null))).ShouldBe(times);

    [Theory]
    [InlineData("0 0 20 * 6", true)]
    [InlineData("0 0 21 * 1", true)]
    [InlineData("0 0 20 * 1", false)]
    [InlineData("0 0 */2 * 6", true)]
    [InlineData("0 0 */2 * 1", false)]
    public void EitherKindOfDayIsEnoughWhenBothAreRestricted(string text, bool matches) =>
        Schedule(text).TimesOn(Saturday).Any().ShouldBe(matches);

    [Theory]
    [InlineData("0 0 * * 7")]
    [InlineData("0 0 * * 0")]
    [InlineData("0 0 * * 5-7")]
    [InlineData("0 0 * * sun")]
    public void SundayIsZeroAndSeven(string text) => Schedule(text).TimesOn(new DateOnly(2026, 11, 22)).ShouldHaveSingleItem();

    [Theory]
    [InlineData("", "has 0 fields")]
    [InlineData("0 22 * *", "has 4 fields")]
    [InlineData("0 22 * * * *", "has 6 fields")]
    [InlineData("60 * * * *", "\"60\" is no minute")]
    [InlineData("* 24 * * *", "\"24\" is no hour")]
    [InlineData("* * 0 * *", "\"0\" is no day of month")]
    [InlineData("* * * 13 *", "\"13\" is no month")]
    [InlineData("* * * * 8", "\"8\" is no day of week")]
    [InlineData("5-1 * * * *", "\"5-1\" is no minute")]
    [InlineData("*/0 * * * *", "\"*/0\" is no minute")]
    [InlineData("1,,2 * * * *", "\"1,,2\" is no minute")]
    [InlineData("-1 * * * *", "\"-1\" is no minute")]
    [InlineData("1-2-3 * * * *", "\"1-2-3\" is no minute")]
    [InlineData("1/2/3 * * * *", "\"1/2/3\" is no minute")]
    [InlineData("99999999999 * * * *", "is no minute")]
    [InlineData("* * * * mon#2", "\"mon#2\" is no day of week")]
    [InlineData("@daily", "has 1 fields")]
    public void WhatIsNoScheduleIsSaidWithItsField(string text, string problem)
    {
        CronSchedule.Parse(text, out string said).ShouldBeNull();
        said.ShouldContain(problem);
    }

    [Fact]
    public void AnyTextIsReadOrRefusedWithASentence()
    {
        var random = new Random(5);
        const string Alphabet = "0123456789*/-, \tsunjan#";
        for (int i = 0; i < Testing.FuzzScale.Cases(20_000); i++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(1, 24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            CronSchedule? schedule = CronSchedule.Parse(text, out string problem);
            (schedule is null).ShouldBe(problem.Length > 0, text);
            schedule?.TimesOn(Saturday).Count().ShouldBeLessThanOrEqualTo(1440);
        }
    }

    [Fact]
    public void WeeklyTimesWithoutDaysAreDaily()
    {
        CronSchedule weekly = CronSchedule.Weekly([DayOfWeek.Saturday, DayOfWeek.Sunday], new TimeOnly(22, 30));
        weekly.TimesOn(Saturday).ShouldBe([new TimeOnly(22, 30)]);
        weekly.TimesOn(Saturday.AddDays(2)).ShouldBeEmpty();
        weekly.ToString().ShouldBe("30 22 * * 0,6");
        CronSchedule.Weekly([], new TimeOnly(1, 0)).TimesOn(Saturday.AddDays(2)).ShouldBe([new TimeOnly(1, 0)]);
    }

    private static CronSchedule Schedule(string text)
    {
        CronSchedule? schedule = CronSchedule.Parse(text, out string problem);
        problem.ShouldBeEmpty();
        return schedule.ShouldNotBeNull();
    }
}

using System.Globalization;
using NodeGuard.Core.Fleet.Windows;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Fleet.Windows;

public class MaintenanceWindowTests
{
    [Theory]
    // Berlin: 02:00 to 03:00 is skipped on 2026-03-29, and comes twice on 2026-10-25.
    [InlineData("Europe/Berlin", "30 1 * * *", "2026-03-29", "2026-03-29T00:30Z")]
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-03-29", "2026-03-29T01:00Z")]
    [InlineData("Europe/Berlin", "0 3 * * *", "2026-03-29", "2026-03-29T01:00Z")]
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-10-25", "2026-10-25T00:30Z")]
    [InlineData("Europe/Berlin", "0 3 * * *", "2026-10-25", "2026-10-25T02:00Z")]
    // New York: 2026-03-08 and 2026-11-01.
    [InlineData("America/New_York", "30 2 * * *", "2026-03-08", "2026-03-08T07:00Z")]
    [InlineData("America/New_York", "30 1 * * *", "2026-11-01", "2026-11-01T05:30Z")]
    [InlineData("America/New_York", "0 2 * * *", "2026-11-01", "2026-11-01T07:00Z")]
    // Lord Howe moves by half an hour: 2026-04-05 back at 02:00, 2026-10-04 ahead at 02:00.
    [InlineData("Australia/Lord_Howe", "45 1 * * *", "2026-04-05", "2026-04-04T14:45Z")]
    [InlineData("Australia/Lord_Howe", "0 2 * * *", "2026-04-05", "2026-04-04T15:30Z")]
    [InlineData("Australia/Lord_Howe", "15 2 * * *", "2026-10-04", "2026-10-03T15:30Z")]
    [InlineData("UTC", "15 2 * * *", "2026-10-04", "2026-10-04T02:15Z")]
    public void AWindowOpensOnceADayWhateverTheClocksDo(string zone, string cron, string day, string opens)
    {
        MaintenanceWindow window = Window(zone, cron, TimeSpan.FromHours(4));
        var noon = Instant($"{day}T12:00Z");

        OpenInterval[] around = [.. window.Between(noon.AddDays(-3), noon.AddDays(3))];

        around.Count(interval => interval.Start == Instant(opens)).ShouldBe(1);
        around.ShouldAllBe(static interval => interval.Length == TimeSpan.FromHours(4));
        around.Select(static interval => interval.Start).ShouldBeInOrder();
        for (int i = 1; i < around.Length; i++)
            (around[i].Start - around[i - 1].Start).ShouldBeInRange(TimeSpan.FromHours(23), TimeSpan.FromHours(25));
    }

    [Fact]
    public void AWindowThatIsOpenAtTheStartOfTheStretchIsAmongThem()
    {
        MaintenanceWindow window = Window("Europe/Berlin", "0 22 * * fri", TimeSpan.FromHours(60));
        DateTimeOffset sunday = Instant("2026-11-22T12:00Z");
        window.Between(sunday, sunday.AddHours(1)).ShouldHaveSingleItem().Start.ShouldBe(Instant("2026-11-20T21:00Z"));
        window.Between(sunday.AddDays(1), sunday.AddDays(2)).ShouldBeEmpty();
    }

    private static MaintenanceWindow Window(string zone, string cron, TimeSpan length) =>
        new(CronSchedule.Parse(cron, out _)!, length, TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

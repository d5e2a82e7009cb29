namespace NodeGuard.Cli.Tests.Fakes;

/// <summary>A clock that stands at 2026-11-21 10:00:00 UTC, in a zone one hour ahead of it.</summary>
public sealed class FixedTime : TimeProvider
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(1), "test", "test");

    public override DateTimeOffset GetUtcNow() => Now;
}

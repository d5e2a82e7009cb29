using System.Diagnostics;
using NodeGuard.Agent.Guarding;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

/// <summary>A node's clock may be years off and be set at any moment: what is decided by time is decided by monotonic clocks.</summary>
public sealed class WrongClockTests
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3_650);

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void AStartOfNetworkdExplainsAFlushWhateverTheClockIsSetToBetweenTheTwo(int direction)
    {
        var time = new SteppingClock();
        using var proc = new TemporaryDirectory();
        var cause = new FlushCause(proc.Path, time);

        cause.Now().Kind.ShouldBe(EpisodeCause.Unknown);
        cause.NoteStart();
        time.Off = direction * TenYears;
        cause.Now().Kind.ShouldBe(EpisodeCause.UnitJob);
        time.Passed = TimeSpan.FromSeconds(31);
        cause.Now().Kind.ShouldBe(EpisodeCause.Unknown);
    }

    private sealed class SteppingClock : TimeProvider
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public TimeSpan Off { get; set; }

        public TimeSpan Passed { get; set; }

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero) + Off + Passed;

        public override long GetTimestamp() => _start + (long)(Passed.TotalSeconds * TimestampFrequency);
    }
}

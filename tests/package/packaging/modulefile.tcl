# Evaluates a module file as `module load` does, and prints what it does to the environment.
# usage: tclsh modulefile.tcl FILE

foreach command {setenv prepend-path append-path conflict prereq} {
    proc $command {args} "puts \[concat $command \$args\]"
}
proc module-whatis {text} { puts "module-whatis [string length $text]" }

source [lindex $argv 0]
if {[llength [info procs ModulesHelp]] == 0} { error "no ModulesHelp" }

# The shell of a learner: root on the control-plane node.
case $- in *i*) ;; *) return ;; esac
PS1='\u@\h:\w\$ '
shopt -s checkwinsize histappend
HISTCONTROL=ignoredups
[ -f /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion
if [ -f /usr/share/bash-completion/completions/kubectl ]; then
    . /usr/share/bash-completion/completions/kubectl
    complete -o default -F __start_kubectl k
fi
export EDITOR=vi
alias ls='ls --color=auto'
alias ll='ls -l'
alias grep='grep --color=auto'
